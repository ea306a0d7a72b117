import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openApiPages } from './open-api-pages.ts';

const pages = await openApiPages();

it('there is a page for each app that clients speak to', () => {
  expect(Object.keys(pages)).toEqual([
    'docs/openapi/gateway.yaml',
    'docs/openapi/stub-apis.yaml',
    'docs/openapi/user-service.yaml',
  ]);
});

describe.each(Object.entries(pages))('%s', (_file, page) => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(parse(await page()) as Record<string, unknown>)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('is the same text each time it is written', async () => {
    expect(await page()).toBe(await page());
  });

  it('refers only to what is there', async () => {
    const document = parse(await page()) as object;
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]*)"/g)].map(([, path = '']) => path.split('/'));
    const lookUp = (path: readonly string[]) =>
      path.reduce<unknown>((from, key) => (from as Record<string, unknown> | undefined)?.[key], document);
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((path) => lookUp(path) === undefined)).toEqual([]);
    const ids = [...text.matchAll(/"operationId":"(\w+)","parameters":\{/g)].map(([, id]) => id);
    expect(ids.filter((id) => !text.includes(`{"operationId":"${id}","summary"`))).toEqual([]);
  });
});
