import { describe, expect, it } from 'vitest';
import { type ConfigField, configurationPage } from './configuration-page.ts';
import type { JsonSchema } from './describe-values.ts';

const described = 'What it is.';
const field = (schema: JsonSchema, description = described, optional = false): ConfigField => ({
  description,
  safeParse: () => ({ success: optional }),
  toJSONSchema: () => schema,
});
const pageOf = (name: string, shown: ConfigField) => configurationPage({ [name]: shown }, []);

describe('the configuration page', () => {
  it('has a table for what is common and one for each app', () => {
    const gateway = {
      app: 'gateway',
      value: { PORT: field({ default: 8080, type: 'integer', minimum: 0, maximum: 65535 }) },
    };
    const page = configurationPage({ HOST: field({ default: '127.0.0.1', type: 'string' }) }, [gateway]);
    const head = '| Variable | Default | Values | Meaning |\n| --- | --- | --- | --- |\n';
    expect(page).toContain(`## Every service\n\n${head}| \`HOST\` | \`127.0.0.1\` | text | What it is. |\n`);
    expect(page).toContain(`## gateway\n\n${head}| \`PORT\` | \`8080\` | 0 to 65535 | What it is. |\n`);
  });

  it('says which variables must be set and which may be left out', () => {
    expect(pageOf('URL', field({ type: 'string', format: 'uri' }))).toContain('| `URL` | required | URL |');
    expect(pageOf('TOKEN', field({ type: 'string' }, described, true))).toContain('| `TOKEN` | not set | text |');
  });

  it.each<readonly [string, JsonSchema]>([
    ['`debug`, `info`', { type: 'string', enum: ['debug', 'info'] }],
    ['integer, at least 1', { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }],
    ['number, at most 1', { type: 'number', maximum: 1 }],
    ['integer', { type: 'integer' }],
    ['text of at least 32 characters', { type: 'string', minLength: 32 }],
    ['text', { type: 'string', minLength: 1 }],
    ['`true`, `false`', { type: 'boolean' }],
  ])('shows the values %s', (shown, schema) => {
    expect(pageOf('X', field(schema))).toContain(`| \`X\` | required | ${shown} |`);
  });

  it('keeps its tables whole when a description has a bar or a line break in it', () => {
    expect(pageOf('MODE', field({}, 'on | off,\nor none'))).toContain('| on \\| off, or none |');
  });

  it('is refused while a variable has no description', () => {
    expect(() => pageOf('PORT', field({}, ''))).toThrow('Every service: PORT has no description');
  });
});
