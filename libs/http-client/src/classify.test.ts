import { describe, expect, it } from 'vitest';
import { classifyStatus, classifyUnanswered } from './classify.ts';

const failed = (code: string) => ({ kind: 'failed', error: Object.assign(new Error(code), { code }) }) as const;

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i means that the call went well', (status) => {
    expect(classifyStatus(status)).toBe('ok');
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 507, 599])('%i may be another one later', (status) => {
    expect(classifyStatus(status)).toBe('retryable');
  });

  it.each([300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 426, 428, 431, 451])(
    '%i stays as it is',
    (status) => {
      expect(classifyStatus(status)).toBe('rejected');
    },
  );
});

describe('a call without answer', () => {
  it.each([
    ['the deadline passed', { kind: 'timed-out' }, 'timeout'],
    ['connecting took too long', failed('UND_ERR_CONNECT_TIMEOUT'), 'timeout'],
    ['the caller gave up', { kind: 'aborted' }, 'aborted'],
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
});
