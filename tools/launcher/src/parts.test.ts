import { expect, it } from 'vitest';
import { startParts, stopParts, type Part } from './parts.ts';

it('stops what has started, and what is on its way, when a part fails', async () => {
  const log: string[] = [];
  const parts = [
    part('kafka', [], log),
    part('slow', [], log, { start: (stopped) => stopped }),
    part('broken', ['kafka'], log, { start: () => Promise.reject(new Error('broken')) }),
    part('never', ['broken'], log),
  ];
  await expect(startParts(parts)).rejects.toThrow('broken');
  expect(log.filter((line) => line.startsWith('start'))).toEqual(['start kafka', 'start slow', 'start broken']);
  expect(log.indexOf('stop kafka')).toBeGreaterThan(log.indexOf('stop broken'));
  expect(log).toContain('stop slow');
});

it('stops everything when the start is aborted, and rejects with the reason', async () => {
  const log: string[] = [];
  const abort = new AbortController();
  const starting = startParts([part('kafka', [], log, { start: (stopped) => stopped })], abort.signal);
  abort.abort(new Error('Ctrl-C'));
  await expect(starting).rejects.toThrow('Ctrl-C');
  expect(log).toContain('stop kafka');
});

it('begins nothing when it is aborted from the beginning', async () => {
  const log: string[] = [];
  const signal = AbortSignal.abort(new Error('Ctrl-C'));
  await expect(startParts([part('kafka', [], log)], signal)).rejects.toThrow('Ctrl-C');
  expect(log).not.toContain('start kafka');
});

it('stops a part only after those that need it', async () => {
  const log: string[] = [];
  await stopParts([part('kafka', [], log), part('consumer', ['kafka'], log)]);
  expect(log).toEqual(['stop consumer', 'stop kafka']);
});

interface Behaviour {
  /** Given the promise of the part's stop. */
  start(stopped: Promise<void>): Promise<void>;
}

function part(name: string, needs: readonly string[], log: string[], behaviour?: Behaviour): Part {
  const stopped = Promise.withResolvers<void>();
  return {
    name,
    needs,
    start: async () => {
      log.push(`start ${name}`);
      await behaviour?.start(stopped.promise);
    },
    stop: async () => {
      log.push(`stop ${name}`);
      stopped.resolve();
    },
  };
}
