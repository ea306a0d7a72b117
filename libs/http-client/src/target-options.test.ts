import { describe, expect, it } from 'vitest';
import { captureLog } from './testing/captured-log.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';

const { log } = captureLog();
const check = (options: Partial<TargetOptions>) => () =>
  checkTargetOptions({ name: 'crm', baseUrl: 'http://127.0.0.1', timeoutMs: 5_000, log, ...options });

describe('the options of a target', () => {
  it.each(['http://127.0.0.1:8090', 'https://crm.example/apis/crm/', 'http://[::1]:1'])('may name %s', (baseUrl) => {
    expect(check({ baseUrl })().href).toContain(new URL(baseUrl).host);
  });

  it.each(['', 'crm', 'ftp://crm.example', 'http://crm.example/?tenant=1', 'http://crm.example/#top'])(
    'are refused with the base URL %j, which the message shows',
    (baseUrl) => {
      expect(check({ baseUrl })).toThrow(
        `baseUrl must be an http or https URL without credentials, query or fragment (received ${baseUrl})`,
      );
    },
  );

  it('are refused with credentials in the base URL, which the message does not show', () => {
    expect(check({ baseUrl: 'http://me:s3cret@crm.example' })).toThrow(/^(?!.*s3cret).*baseUrl/);
  });

  it('are refused with a token that no header can carry, which the message does not show', () => {
    expect(check({ token: 's3cret\n' })).toThrow(/^(?!.*s3cret).*token/);
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: 2 ** 31 },
    { connections: 0 },
    { connections: 1.5 },
    { waiting: 0 },
    { keepAliveTimeoutMs: -1 },
    { connectionTtlMs: 0 },
    { keyTtlMs: 0 },
    { keyTtlMs: 0.5 },
  ])('are refused with %o', (options) => {
    const [[field, value] = []] = Object.entries(options);
    expect(check(options)).toThrow(new RegExp(`^target crm: ${field} .*received ${value}`));
  });
});
