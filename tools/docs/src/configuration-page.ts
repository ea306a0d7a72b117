import { describeValues, type JsonSchema } from './describe-values.ts';
import type { FromApp } from './from-apps.ts';

/** What the page needs to know of a zod schema. */
export interface ConfigField {
  readonly description?: string | undefined;
  safeParse(value: unknown): { readonly success: boolean };
  toJSONSchema(options: { readonly io: 'input'; readonly unrepresentable: 'any' }): object;
}

/** Environment variables by name, as an app's `config.ts` exports them. */
export type ConfigFields = Readonly<Record<string, ConfigField>>;

const introduction = `# Configuration

<!-- Written by \`npm run docs\` from the schemas in the code; \`npm run check\` compares. -->

Services read environment variables. One that is empty counts as not set. Each variable \`X\` can be given as \`X_FILE\`, too:
the path of a file that holds the value, which is the way for secrets. A service that finds variables wrong lists every wrong
one in a single error and does not start.
`;

/** The text of docs/configuration.md. Throws where a variable has no description. */
export function configurationPage(common: ConfigFields, apps: readonly FromApp<ConfigFields>[]): string {
  const sections = apps.map(({ app, value }) => section(app, value));
  return [introduction, section('Every service', common), ...sections].join('\n');
}

function section(title: string, fields: ConfigFields): string {
  const rows = Object.entries(fields).map(([name, field]) => row(title, name, field));
  return `## ${title}\n\n| Variable | Default | Values | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function row(title: string, name: string, field: ConfigField): string {
  const schema = field.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const cells = [`\`${name}\``, standardOf(field, schema), describeValues(schema), meaning(title, name, field)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function standardOf(field: ConfigField, { default: standard }: JsonSchema): string {
  if (standard !== undefined) return `\`${standard}\``;
  return field.safeParse(undefined).success ? 'not set' : 'required';
}

function meaning(title: string, name: string, { description }: ConfigField): string {
  if (!description) throw new Error(`${title}: ${name} has no description; add .describe('…') to its schema`);
  return description;
}
