import { seededRandom } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import { quantile } from '../support/quantile.ts';
import { drawMs, type Latency, meanMs } from './latency.ts';

const lognormal: Latency = { median: 50, spread: 'lognormal', roundTrip: 0 };

it('is always the same where it is fixed', () => {
  expect(drawMs({ ...lognormal, spread: 'fixed' }, () => 0.3)).toBe(50);
});

it('has its median, its mean and its tail where it is lognormal', () => {
  const random = seededRandom(1);
  const draws = Array.from({ length: 50_000 }, () => drawMs(lognormal, random));
  expect(quantile(draws, 0.5) / 50).toBeCloseTo(1, 1);
  expect(quantile(draws, 0.99) / (50 * Math.exp(0.7 * 2.326))).toBeCloseTo(1, 1);
  expect(draws.reduce((sum, each) => sum + each) / draws.length / meanMs(lognormal)).toBeCloseTo(1, 1);
});

it('has the round trip in its mean', () => expect(meanMs({ ...lognormal, spread: 'fixed', roundTrip: 20 })).toBe(70));
