import { ServiceError } from '@millrace/messaging';

/**
 * Ends the process with code 1 and `<what>: <why>` on standard error. A person reads this: the message without the stack,
 * which is of use only for what nobody foresaw.
 */
export function exitWithReason(what: string, error: unknown): never {
  const { code, message } = ServiceError.from(error);
  const stack = code === 'UNEXPECTED' && error instanceof Error ? `\n${error.stack}` : '';
  process.stderr.write(`${what}: ${message}${stack}\n`);
  process.exit(1);
}
