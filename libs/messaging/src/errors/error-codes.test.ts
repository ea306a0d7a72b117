import { expect, it } from 'vitest';
import { errorCodes } from './error-codes.ts';
import { ServiceError } from './service-error.ts';
import { paddedTable } from '../testing/padded-table.ts';

const intro = `# Errors

What goes wrong in Millrace carries one of these codes, in log lines, spans (\`error.type\`) and dead letters
(\`millrace_dlq_code\`). A retryable failure is tried again by whoever can: the consumer repeats its handler's call, the relay
its publishing. One that is not ends in the dead-letter topic, or at start-up in a message that names what is wrong. An error
of other people's code becomes \`UNEXPECTED\`.
`;

it('docs/errors.md shows the table of error codes', async () => {
  const rows = Object.entries(errorCodes).map(([code, { meaning, retryable }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    meaning,
  ]);
  const page = `${intro}\n${paddedTable([['code', 'retryable', 'meaning'], ...rows])}`;
  await expect(page).toMatchFileSnapshot('../../../../docs/errors.md');
});

it('an error is retryable as the table says, unless its maker knows better', () => {
  expect(new ServiceError('API_TIMEOUT', 'no answer').retryable).toBe(true);
  expect(new ServiceError('API_REJECTED', 'answered 400').retryable).toBe(false);
  expect(new ServiceError('API_TIMEOUT', 'not idempotent', { retryable: false }).retryable).toBe(false);
});

it('an error of other code is unexpected and retryable, and keeps its cause', () => {
  const cause = new TypeError('x is undefined');
  expect(ServiceError.from(cause)).toMatchObject({
    code: 'UNEXPECTED',
    retryable: true,
    message: 'x is undefined',
    cause,
  });
  expect(ServiceError.from('broken')).toMatchObject({ code: 'UNEXPECTED', message: 'broken' });
});

it('an error of ours stays itself', () => {
  const error = new ServiceError('API_UNAVAILABLE', 'answered 503', { retryAfterMs: 1_000, status: 503 });
  expect(ServiceError.from(error)).toBe(error);
});
