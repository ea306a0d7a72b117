import { beforeEach, expect, it, vi } from 'vitest';
import { createProgressPrinter } from './progress-printer.ts';

let written: string[];
const write = (text: string): number => written.push(text);

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

it('where there is no terminal, a wait is told when it begins, every ten seconds, and when it is over', () => {
  const { onProgress } = createProgressPrinter({ write });
  onProgress({ state: 'waiting', what: 'Kafka' });
  onProgress({ state: 'waiting', what: 'Kafka', detail: '3 files' });
  vi.advanceTimersByTime(12_000);
  onProgress({ state: 'done', what: 'Kafka', detail: '127.0.0.1:9092' });
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual([
    '  Kafka: waiting\n',
    '  Kafka: still waiting (3 files) (10 s)\n',
    '✓ Kafka: 127.0.0.1:9092 (12 s)\n',
  ]);
});

it('on a terminal one line shows every wait, no wider than the terminal, and is gone when all are over', () => {
  const { onProgress } = createProgressPrinter({ write, isTTY: true, columns: 30 });
  onProgress({ state: 'waiting', what: 'gateway' });
  onProgress({ state: 'waiting', what: 'user-service' });
  expect(written).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(written.at(-1)).toBe('\r\u001b[K⠙ gateway 0.1 s · user-servic');
  onProgress({ state: 'done', what: 'user-service' });
  onProgress({ state: 'failed', what: 'gateway' });
  expect(written.slice(-3)).toEqual([
    '\r\u001b[K✓ user-service (0.1 s)\n',
    '\r\u001b[K✗ gateway (0.1 s)\n',
    '\r\u001b[K',
  ]);
  vi.advanceTimersByTime(1_000);
  expect(written.at(-1)).toBe('\r\u001b[K');
});

it('a note is told at once and ends no wait', () => {
  const { onProgress } = createProgressPrinter({ write });
  onProgress({ state: 'waiting', what: 'Jaeger' });
  onProgress({ state: 'note', what: 'Jaeger', detail: 'coming' });
  vi.advanceTimersByTime(10_000);
  expect(written.slice(1)).toEqual(['  Jaeger: coming\n', '  Jaeger: still waiting (10 s)\n']);
});
