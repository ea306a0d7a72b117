import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

const NOTIFICATION_API_URL = 'https://notification.example/v1';

describe('the configuration of notification-consumer', () => {
  it('needs no more than to know where its API is', () => {
    expect(loadConfig(config, { NOTIFICATION_API_URL })).toMatchObject({
      PORT: 8083,
      CONCURRENCY: 256,
      NOTIFICATION_API_URL,
    });
    expect(() => loadConfig(config, {})).toThrow('NOTIFICATION_API_URL: is required');
  });

  it('refuses an API that is not reached over HTTP', () => {
    expect(() => loadConfig(config, { NOTIFICATION_API_URL: 'kafka://127.0.0.1:9092' })).toThrow(
      'NOTIFICATION_API_URL: ',
    );
  });
});
