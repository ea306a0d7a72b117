import { expect, it } from 'vitest';
import type { Delivery } from './deliveries.ts';
import { isComplete, shortcomings, summary, timing, type DemoResult } from './demo-result.ts';
import { percentile } from './percentile.ts';

const sentAt = 1_000;

it('is complete when each API was called once for everyone', () => {
  const result = results([once(1_080), once(1_120)]);
  expect(isComplete(result)).toBe(true);
  expect(summary(result)).toBe('2 registered, 2 e-mails sent, 2 events tracked');
  expect(timing(result)).toBe('From request to last API call: p50 80 ms, p99 120 ms');
  expect(shortcomings(result)).toEqual([]);
});

it('a call that is missing or was made twice is told and counts as it was', () => {
  const result = results([delivery([1_010], []), delivery([1_010, 1_011], [1_012])]);
  expect(isComplete(result)).toBe(false);
  expect(summary(result)).toBe('2 registered, 3 e-mails sent, 1 events tracked');
  expect(timing(result)).toBe('');
  expect(shortcomings(result)).toEqual([
    'user u: 1 e-mails sent, 0 events tracked (trace t)',
    'user u: 2 e-mails sent, 1 events tracked (trace t)',
  ]);
});

it('a registration that was refused makes it incomplete, each reason told once', () => {
  const refused = ['POST /register answered 503', 'POST /register answered 503'].map((reason) => ({ refused: reason }));
  const result = { ...results([once(1_010)]), wanted: 3 };
  const withRefused = { ...result, registered: { ...result.registered, refused } };
  expect(isComplete(withRefused)).toBe(false);
  expect(summary(withRefused)).toBe('1 registered, 1 e-mails sent, 1 events tracked');
  expect(shortcomings(withRefused)).toEqual(['2 not registered: POST /register answered 503']);
});

it('an API that is no part of the worked example counts as the others do', () => {
  const calls = { notification: [1_010], analytics: [1_020], crm: [1_030] };
  const result = {
    ...results([
      { ...once(0), calls },
      { ...once(0), calls: { ...calls, crm: [] } },
    ]),
  };
  const withCrm = { ...result, apis: [...result.apis, 'crm'] };
  expect(isComplete(withCrm)).toBe(false);
  expect(summary(withCrm)).toBe('2 registered, 2 e-mails sent, 2 events tracked, 1 calls to crm');
  expect(timing(withCrm)).toBe('From request to last API call: p50 30 ms, p99 30 ms');
  expect(shortcomings(withCrm)).toEqual(['user u: 1 e-mails sent, 1 events tracked, 0 calls to crm (trace t)']);
});

it('percentiles are nearest ranks', () => {
  const values = [50, 15, 20, 40, 35];
  expect([5, 30, 40, 50, 100].map((percent) => percentile(values, percent))).toEqual([15, 20, 20, 35, 50]);
  expect(percentile([], 50)).toBeNaN();
});

function results(deliveries: readonly Delivery[]): DemoResult {
  const accepted = deliveries.map(({ registration }) => registration);
  const apis = ['notification', 'analytics'];
  return { wanted: deliveries.length, apis, registered: { accepted, refused: [] }, deliveries };
}

function once(at: number): Delivery {
  return delivery([at - 5], [at]);
}

function delivery(notification: readonly number[], analytics: readonly number[]): Delivery {
  return { registration: { userId: 'u', traceId: 't', sentAt }, calls: { notification, analytics } };
}
