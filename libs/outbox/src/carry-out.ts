import { ServiceError } from '@millrace/messaging';

/** Runs statements; what SQLite does not carry out becomes `DATABASE_UNAVAILABLE`, other errors pass as they are. */
export function carryOut<T>(statements: () => T): T {
  try {
    return statements();
  } catch (error) {
    throw isSqliteError(error) ? databaseUnavailable(error) : error;
  }
}

const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** SQLite's messages name tables and columns, never values. */
function databaseUnavailable(cause: Error): ServiceError {
  return new ServiceError('DATABASE_UNAVAILABLE', `SQLite did not carry out a statement: ${cause.message}`, { cause });
}
