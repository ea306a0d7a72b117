import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

const USER_SERVICE_URL = 'http://user-service:8081';

describe('the configuration of the gateway', () => {
  it('needs no more than to know where user-service is', () => {
    expect(loadConfig(config, { USER_SERVICE_URL })).toEqual({
      PORT: 8080,
      USER_SERVICE_URL,
      USER_SERVICE_TIMEOUT_MS: 5_000,
    });
    expect(() => loadConfig(config, {})).toThrow('USER_SERVICE_URL: is required');
  });

  it.each([
    ['USER_SERVICE_URL', 'user-service:8081'],
    ['USER_SERVICE_TIMEOUT_MS', '0'],
    ['USER_SERVICE_TIMEOUT_MS', '9000'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => loadConfig(config, { USER_SERVICE_URL, [name]: value })).toThrow(`${name}: `);
  });
});
