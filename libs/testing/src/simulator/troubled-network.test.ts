import { seededRandom } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import type { SentRequest } from '../in-memory-broker/network.ts';
import { TroubledNetwork } from './troubled-network.ts';

const heartbeat: SentRequest = { from: 'm1', node: 0, api: 'heartbeat' };
const commit: SentRequest = { from: 'm1', node: 0, api: 'commit' };
const fetch: SentRequest = { from: 'm2', node: 1, api: 'fetch' };

function network(lossPercent = 0) {
  const time = { nowMs: 0 };
  const trouble = new TroubledNetwork({ nowMs: () => time.nowMs, random: seededRandom(1), lossPercent });
  return { time, trouble };
}

it('lets all pass where there is no trouble', () => {
  const { trouble } = network();
  expect([heartbeat, commit, fetch].map((request) => trouble.fate(request))).toEqual([undefined, undefined, undefined]);
});

it('cuts off one process, for as long as it is told', () => {
  const { trouble, time } = network();
  trouble.cutOff('m1', 1_000);
  expect(trouble.fate(heartbeat)?.lost).toBeDefined();
  expect(trouble.fate(fetch)).toBeUndefined();
  time.nowMs = 1_000;
  expect(trouble.fate(heartbeat)).toBeUndefined();
});

it('keeps the coordinator from answering, and nobody else', () => {
  const { trouble } = network();
  trouble.coordinatorAway(1_000);
  expect(trouble.fate(heartbeat)).toBeDefined();
  expect(trouble.fate(fetch)).toBeUndefined();
});

it.each([
  ['refused', 'refused'],
  ['unanswered', 'lost'],
] as const)('has commits %s', (how, field) => {
  const { trouble } = network();
  trouble.commits({ how, percent: 100, forMs: 1_000 });
  expect(trouble.fate(commit)?.[field]).toBeDefined();
  expect(trouble.fate(heartbeat)).toBeUndefined();
});

it('is over for good once all is calm', () => {
  const { trouble } = network(100);
  trouble.cutOff('m1', 1_000);
  expect(trouble.fate(fetch)?.lost).toBeDefined();
  trouble.calm();
  expect([heartbeat, fetch].map((request) => trouble.fate(request))).toEqual([undefined, undefined]);
});
