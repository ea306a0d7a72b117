import { readFileSync } from 'node:fs';
import { ServiceError } from '@millrace/messaging';
import type { z } from 'zod';

/** Environment variables by name, each with its schema; `.describe()` says what it means, in docs/configuration.md too. */
export type ConfigFields = Readonly<Record<string, z.ZodType>>;

export type ConfigOf<Fields extends ConfigFields> = { readonly [Name in keyof Fields]: z.output<Fields[Name]> };

type Environment = Readonly<Record<string, string | undefined>>;

const secretName = /TOKEN|SECRET|PASSWORD/;

/**
 * Reads the configuration from environment variables. Each variable X may be given as X_FILE instead, the path of a file
 * that holds the value. Throws one `CONFIG_INVALID` that lists every variable that is wrong, and shows no secret.
 */
export function loadConfig<Fields extends ConfigFields>(
  fields: Fields,
  environment: Environment = process.env,
): ConfigOf<Fields> {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(fields)) {
    try {
      config[name] = readField(name, schema, environment);
    } catch (error) {
      problems.push(`  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0)
    throw new ServiceError('CONFIG_INVALID', `the configuration is wrong:\n${problems.join('\n')}`);
  return config as ConfigOf<Fields>;
}

function readField(name: string, schema: z.ZodType, environment: Environment): unknown {
  const value = readValue(name, environment);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (value === undefined) throw new Error('is required');
  const received = secretName.test(name) ? '' : ` (received ${JSON.stringify(withoutCredentials(value))})`;
  throw new Error(`${parsed.error.issues.map(({ message }) => message).join('; ')}${received}`);
}

/** `postgres://user:password@host` tells of the password, whatever the variable is called. */
const withoutCredentials = (value: string) => value.replace(/\/\/[^@\s]*@/g, '//[secret]@');

/** An empty variable counts as absent: compose files and shells leave them behind. */
function readValue(name: string, environment: Environment): string | undefined {
  const value = environment[name] || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (file === undefined) return value;
  if (value !== undefined) throw new Error(`is given twice, as ${name} and as ${name}_FILE; keep one`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Error(`the file named by ${name}_FILE cannot be read: ${file} (${reason})`, { cause: error });
  }
}
