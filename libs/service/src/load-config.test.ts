import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { commonConfig, consumerConfig, port } from './config-fields.ts';
import { loadConfig } from './load-config.ts';

const fields = { PORT: port(8083), ...consumerConfig, API_URL: z.url(), API_TOKEN: z.string().min(8).optional() };

function secretFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, content);
  return file;
}

describe('loadConfig', () => {
  it('takes defaults for what is absent or empty', () => {
    const config = loadConfig({ ...commonConfig, ...fields }, { API_URL: 'http://api', PORT: '' });
    expect(config).toEqual({
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      PORT: 8083,
      KAFKA_BROKERS: ['127.0.0.1:9092'],
      CONCURRENCY: 256,
      API_URL: 'http://api',
    });
  });

  it('splits the list of brokers', () => {
    const { KAFKA_BROKERS } = loadConfig(fields, { API_URL: 'http://api', KAFKA_BROKERS: 'one:9092, two:9093' });
    expect(KAFKA_BROKERS).toEqual(['one:9092', 'two:9093']);
  });

  it('lists every wrong variable in one error', () => {
    const load = () => loadConfig(fields, { PORT: '80800', KAFKA_BROKERS: 'nonsense', CONCURRENCY: 'many' });
    expect(load).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(load).toThrow(/PORT: .*80800[^]*KAFKA_BROKERS: .*host:port[^]*CONCURRENCY: .*many[^]*API_URL: is required/);
  });

  it('reads a value from the file that X_FILE names, without the newline at its end', () => {
    const { API_TOKEN } = loadConfig(fields, { API_URL: 'http://api', API_TOKEN_FILE: secretFile('hush-hush\n') });
    expect(API_TOKEN).toBe('hush-hush');
  });

  it('refuses a variable given both directly and by file', () => {
    const environment = { API_URL: 'http://api', API_TOKEN: 'hush-hush', API_TOKEN_FILE: secretFile('other-one') };
    expect(() => loadConfig(fields, environment)).toThrow(/API_TOKEN: is given twice/);
  });

  it('names a file that cannot be read', () => {
    expect(() => loadConfig(fields, { API_URL: 'http://api', API_TOKEN_FILE: '/nowhere/token' })).toThrow(
      'API_TOKEN: the file named by API_TOKEN_FILE cannot be read: /nowhere/token (ENOENT)',
    );
  });

  it('never shows a wrong secret', () => {
    const load = () => loadConfig(fields, { API_URL: 'http://api', API_TOKEN: 'shorty' });
    expect(load).toThrow(/API_TOKEN/);
    expect(load).not.toThrow(/shorty/);
  });

  it('never shows the credentials in a wrong URL', () => {
    const load = () =>
      loadConfig({ DATABASE_URL: z.string().startsWith('file:') }, { DATABASE_URL: 'pg://me:hush@db/x' });
    expect(load).toThrow(/DATABASE_URL: .*pg:\/\/\[secret\]@db\/x/);
  });
});
