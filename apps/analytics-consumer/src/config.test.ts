import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

const ANALYTICS_API_URL = 'https://analytics.example/v1';

describe('the configuration of analytics-consumer', () => {
  it('needs no more than to know where its API is', () => {
    expect(loadConfig(config, { ANALYTICS_API_URL })).toMatchObject({
      PORT: 8084,
      CONCURRENCY: 256,
      BATCH_SIZE: 1,
      ANALYTICS_API_URL,
    });
    expect(() => loadConfig(config, {})).toThrow('ANALYTICS_API_URL: is required');
  });

  it('refuses an API that is not reached over HTTP', () => {
    expect(() => loadConfig(config, { ANALYTICS_API_URL: 'kafka://127.0.0.1:9092' })).toThrow('ANALYTICS_API_URL: ');
  });
});
