import type { Logger } from 'pino';

type Fields = Readonly<Record<string, unknown>>;

const logFields = Symbol('fields of every line');

interface WithFields {
  [logFields]?: Fields;
}

/**
 * A logger like `log`, one of `createLogger`'s, whose lines also have `fields`. As pino's `child`, which writes its fields
 * down at once; this does so with each line, so that a logger for each of many events costs next to nothing.
 */
export function withLogFields(log: Logger, fields: Fields): Logger {
  const bound = Object.create(log) as Logger & WithFields;
  const before = bound[logFields];
  bound[logFields] = before ? { ...before, ...fields } : fields;
  return bound;
}

/** What {@link withLogFields} gave to `log`, if anything. */
export function logFieldsOf(log: object): Fields | undefined {
  return (log as WithFields)[logFields];
}
