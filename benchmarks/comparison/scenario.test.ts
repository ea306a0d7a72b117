import { describe, expect, it } from 'vitest';
import { boundPerSecond, describeScenario, ordinary } from './scenario.ts';

describe('the bound of a scenario', () => {
  it('is that all calls are always under way', () => {
    expect(boundPerSecond(ordinary, 'key')).toBe(20_000);
    expect(boundPerSecond({ ...ordinary, latency: { ...ordinary.latency, roundTrip: 50 } }, 'key')).toBe(10_000);
  });

  it('takes the mean of a spread, not its median', () => {
    const bound = boundPerSecond({ ...ordinary, latency: { ...ordinary.latency, spread: 'lognormal' } }, 'key');
    expect(bound).toBeCloseTo(20_000 / Math.exp(0.245));
  });

  it("is the most frequent key's own, whose calls come one by one", () => {
    const backlog = { ...ordinary.backlog, keys: { kind: 'zipf', exponent: 1, count: 2 } } as const;
    expect(boundPerSecond({ ...ordinary, backlog }, 'key')).toBeCloseTo(20 / (1 / 1.5));
    expect(boundPerSecond({ ...ordinary, backlog }, 'none')).toBe(20_000);
  });

  it("is a partition's own where its calls come one by one", () => {
    const backlog = { ...ordinary.backlog, partitions: 8 };
    expect(boundPerSecond({ ...ordinary, backlog }, 'partition')).toBe(160);
  });
});

it('a scenario is described by what is not ordinary about it', () => {
  expect(describeScenario(ordinary)).toBe('50 ms, 1,000 calls at a time, 1 partition, distinct keys');
  expect(describeScenario({ ...ordinary, tls: true, backlog: { ...ordinary.backlog, compression: 'gzip' } })).toBe(
    '50 ms, 1,000 calls at a time, 1 partition, distinct keys, TLS, gzip',
  );
});
