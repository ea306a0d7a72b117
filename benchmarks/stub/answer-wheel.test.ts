import { seededRandom } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import { AnswerWheel, longestWaitMs } from './answer-wheel.ts';

it('ends each wait not before its time, and by the first look after it', () => {
  const random = seededRandom(3);
  let nowMs = 1_234.5;
  const late: number[] = [];
  const wheel = new AnswerWheel<number>((dueMs) => late.push(nowMs - dueMs));
  for (let step = 0; step < 5_000; step++) {
    const waitMs = random() * 300;
    wheel.add(nowMs + waitMs, nowMs, waitMs);
    nowMs += random();
    wheel.advance(nowMs);
  }
  wheel.advance((nowMs += 301));
  expect(wheel.size).toBe(0);
  expect(late).toHaveLength(5_000);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late.slice(0, 4_000))).toBeLessThan(1.25);
});

it('goes on after any time without waits', () => {
  const ended: string[] = [];
  const wheel = new AnswerWheel<string>((entry) => ended.push(entry));
  wheel.add('first', 0, 10);
  wheel.advance(10);
  wheel.add('second', 3_600_000, 5);
  wheel.advance(3_600_004.9);
  expect(ended).toEqual(['first']);
  wheel.advance(3_600_005.25);
  expect(ended).toEqual(['first', 'second']);
});

it('ends a wait at its own limit where it is longer', () => {
  const ended: string[] = [];
  const wheel = new AnswerWheel<string>((entry) => ended.push(entry));
  wheel.add('long', 0, 10 * longestWaitMs);
  wheel.advance(longestWaitMs - 1);
  expect(ended).toEqual([]);
  wheel.advance(longestWaitMs);
  expect(ended).toEqual(['long']);
});
