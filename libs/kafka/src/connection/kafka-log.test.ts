import { createLogger } from '@millrace/telemetry';
import { logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { kafkaLogCreator, kafkaLogLevel } from './kafka-log.ts';

function logged(namespace: string, level: logLevel, level_: 'info' | 'trace' = 'trace') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ service: 'test', level: level_, destination });
  const entry = { timestamp: '2026', message: 'it happened', logger: 'kafkajs', stack: 'Error\n at x', groupId: 'g' };
  kafkaLogCreator(log)(logLevel.INFO)({ namespace, level, label: '', log: entry });
  return lines;
}

describe('kafkajs in the service’s log', () => {
  it('keeps its level, its message and what it is about, but not its stack', () => {
    const [line] = logged('ConsumerGroup', logLevel.ERROR);
    expect(line).toMatchObject({
      level: 'error',
      msg: 'it happened',
      kafkajs: { part: 'ConsumerGroup', groupId: 'g' },
    });
    expect(JSON.stringify(line)).not.toContain('at x');
    expect(logged('ConsumerGroup', logLevel.WARN)).toMatchObject([{ level: 'warn' }]);
  });

  it('is silent about what it repeats during an outage or a rebalance', () => {
    expect(logged('Connection', logLevel.ERROR, 'info')).toEqual([]);
    expect(logged('Runner', logLevel.WARN, 'info')).toEqual([]);
    expect(logged('Connection', logLevel.ERROR)).toMatchObject([{ level: 'debug' }]);
  });

  it('shows its info lines as debug and its debug lines as trace, and is asked for neither unless they are shown', () => {
    expect(logged('ConsumerGroup', logLevel.INFO)).toMatchObject([{ level: 'debug' }]);
    expect(logged('ConsumerGroup', logLevel.DEBUG)).toMatchObject([{ level: 'trace' }]);
    const asked = (['info', 'debug', 'trace'] as const).map((level) =>
      kafkaLogLevel(createLogger({ service: 'test', level })),
    );
    expect(asked).toEqual([logLevel.WARN, logLevel.INFO, logLevel.DEBUG]);
  });
});
