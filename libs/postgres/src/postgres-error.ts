import { ServiceError } from '@millrace/messaging';
import pg from 'pg';

/** Runs `work`; what the client or the server reports becomes `DATABASE_UNAVAILABLE`, other errors pass as they are. */
export async function carryOut<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseUnavailable(error);
  }
}

/** `23505` for a broken unique constraint, and so on: https://www.postgresql.org/docs/15/errcodes-appendix.html. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof ServiceError) || !(error.cause instanceof SqlError)) return undefined;
  return error.cause.code;
}

export function databaseUnavailable(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const cause = withoutValues(error);
  return new ServiceError('DATABASE_UNAVAILABLE', `PostgreSQL did not carry out a statement: ${cause.message}`, {
    cause,
  });
}

/** What is left of the server's error: its details hold values of columns, which may be e-mail addresses. */
class SqlError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.name = 'SqlError';
    this.code = code;
  }
}

function withoutValues(error: unknown): SqlError {
  if (!(error instanceof Error)) return new SqlError(String(error), undefined);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (error instanceof pg.DatabaseError) return new SqlError(safeMessage(error), code);
  // Several addresses were tried: the error of all of them has no text of its own.
  return new SqlError(error.message || code || error.name, code);
}

/** Class 22, data exceptions, quotes the value that is wrong. */
function safeMessage({ message, code = '' }: pg.DatabaseError): string {
  return code.startsWith('22') ? `a value does not fit (SQLSTATE ${code})` : message;
}
