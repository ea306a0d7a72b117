import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const script = `
  import { pino } from 'pino';
  import { checkBroker, createKafka } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
  const log = pino({ level: 'silent' });
  const kafka = createKafka({ brokers: process.env.KAFKA_BROKERS.split(','), clientId: 'quiet', log });
  await checkBroker(kafka);
  console.log('answered');
`;

describe('a program that uses Kafka', () => {
  it('prints no warning, and ends by itself', async () => {
    const run = promisify(execFile);
    const options = { timeout: 30_000, env: { ...process.env, NODE_OPTIONS: '' } };
    const output = await run(process.execPath, ['--input-type=module', '--eval', script], options);
    expect(output).toEqual({ stdout: 'answered\n', stderr: '' });
  });
});
