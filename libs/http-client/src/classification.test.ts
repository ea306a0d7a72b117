import { errorCodes } from '@millrace/messaging';
import { paddedTable } from '@millrace/messaging/testing';
import { describe, expect, it } from 'vitest';
import { classifyStatus, classifyUnanswered, failures, mayHaveActed } from './classification.ts';

const failed = (code: string) => ({ kind: 'failed', error: Object.assign(new Error(code), { code }) }) as const;

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i means that the call went well', (status) => {
    expect(classifyStatus(status)).toBe('ok');
  });

  it.each([408, 425, 500, 502, 503, 504, 507, 599])('%i may be another one later', (status) => {
    expect(classifyStatus(status)).toBe('retryable');
  });

  it('429 is no failure, but asks for less', () => {
    expect(classifyStatus(429)).toBe('throttled');
  });

  it.each([401, 403])('%i says nothing about the request', (status) => {
    expect(classifyStatus(status)).toBe('refused');
  });

  it.each([300, 301, 302, 304, 307, 308, 400, 404, 405, 407, 409, 410, 413, 415, 422, 426, 428, 431, 451])(
    '%i stays as it is',
    (status) => {
      expect(classifyStatus(status)).toBe('rejected');
    },
  );
});

describe('a call without answer', () => {
  it.each([
    ['no connection in time', { kind: 'connect-timeout' }, 'connect-timeout'],
    ['no headers in time', { kind: 'headers-timeout' }, 'headers-timeout'],
    ['no end in time', { kind: 'body-timeout' }, 'body-timeout'],
    ['connecting took too long', failed('UND_ERR_CONNECT_TIMEOUT'), 'connect-timeout'],
    ['the caller gave up', { kind: 'aborted' }, 'aborted'],
    ['too many wait', { kind: 'crowded' }, 'unreachable'],
    ['the target was stopped', failed('UND_ERR_DESTROYED'), 'aborted'],
    ['the target was being stopped', failed('UND_ERR_CLOSED'), 'aborted'],
    ['nobody listens', failed('ECONNREFUSED'), 'unreachable'],
    ['the name is unknown', failed('ENOTFOUND'), 'unreachable'],
    ['the connection was reset', failed('ECONNRESET'), 'unreachable'],
    ['the other side hung up', failed('UND_ERR_SOCKET'), 'unreachable'],
    ['the answer was not HTTP', failed('HPE_INVALID_CONSTANT'), 'unreachable'],
    ['nobody foresaw it', { kind: 'failed', error: new Error('?') }, 'unreachable'],
    ['HTTP cannot carry the request', failed('UND_ERR_INVALID_ARG'), 'rejected'],
  ] as const)('is told apart: %s', (_why, result, outcome) => {
    expect(classifyUnanswered(result)).toBe(outcome);
  });

  it.each([
    ['headers-timeout', false, true],
    ['body-timeout', false, true],
    ['connect-timeout', true, false],
    ['unreachable', true, false],
    ['unreachable', false, true],
    ['retryable', false, true],
    ['throttled', false, false],
    ['rejected', false, false],
  ] as const)('%s, unsent: %s, may have been acted on: %s', (outcome, notSent, may) => {
    expect(mayHaveActed(outcome, notSent)).toBe(may);
  });
});

const intro = `# How calls are classified

One attempt at an API ends in one of these ways: \`outcome\` in the lines, spans and metrics of calls. A target's \`classify\` option may
say otherwise of an answer, and a handler of what it throws. What follows is in [when-an-api-fails.md](when-an-api-fails.md).

- **again**: the record's key waits, and the call is made again, as the consumer's \`RetryPolicy\` has it.
- **may have acted**: whether the API may have done what it was asked. A call that it may not be told twice (\`idempotent: false\`) is not
  made again then: the record becomes a dead letter.
- **breaker**: what the target's circuit breaker takes it for.
`;

it('docs/classification.md shows the table of failures', async () => {
  const rows = Object.entries(failures).map(([outcome, { when, code, mayHaveActed: may, breaker }]) => {
    const again = errorCodes[code].retryable ? 'yes' : 'no, a dead letter';
    return [`\`${outcome}\``, when, `\`${code}\``, again, may, breaker];
  });
  const head = ['outcome', 'when', 'error code', 'again', 'may have acted', 'breaker'];
  const page = `${intro}\n${paddedTable([head, ['`ok`', '2xx', '', 'no, it is done', 'yes', 'a success'], ...rows])}`;
  await expect(page).toMatchFileSnapshot('../../../docs/classification.md');
});
