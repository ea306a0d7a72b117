import { hottestShare, type Keys } from '../backlog/key-sequence.ts';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import type { BacklogShape } from '../backlog/write-backlog.ts';
import type { Peer } from '../peers/peer.ts';
import { type Latency, meanMs } from '../stub/latency.ts';

/** One set of conditions under which all peers are measured, in turns. */
export interface Scenario {
  readonly name: string;
  readonly latency: Latency;
  /** Calls at the same time, at most. */
  readonly concurrency: number;
  readonly backlog: BacklogShape;
  readonly tls: boolean;
}

const zipf: Keys = { kind: 'zipf', exponent: 1, count: 100_000 };

/** One partition and distinct keys; the API answers after 50 ms, to up to a thousand calls at a time. */
export const ordinary: Scenario = {
  name: '50ms-c1000',
  latency: { median: 50, spread: 'fixed', roundTrip: 0 },
  concurrency: 1_000,
  backlog: { partitions: 1, keys: { kind: 'distinct' }, valueBytes: defaultValueBytes, compression: 'none' },
  tls: false,
};

/** Latency by concurrency; then one thing changed at a time. */
export const scenarios: readonly Scenario[] = [
  ...[10, 50, 100].flatMap((median) =>
    [100, 1_000].map((concurrency) => ({
      ...ordinary,
      name: `${median}ms-c${concurrency}`,
      latency: { ...ordinary.latency, median },
      concurrency,
    })),
  ),
  { ...ordinary, name: 'partitions-8', backlog: { ...ordinary.backlog, partitions: 8 } },
  { ...ordinary, name: 'zipf', backlog: { ...ordinary.backlog, keys: zipf } },
  { ...ordinary, name: 'lognormal', latency: { ...ordinary.latency, spread: 'lognormal' } },
  { ...ordinary, name: 'tls', tls: true },
  { ...ordinary, name: 'round-trip', latency: { ...ordinary.latency, roundTrip: 20 } },
];

/**
 * Calls per second that nothing could exceed which keeps such an order: those of one key, or of one partition, come one by
 * one.
 */
export function boundPerSecond({ latency, concurrency, backlog }: Scenario, order: Peer['order']): number {
  const perCall = 1_000 / meanMs(latency);
  if (order === 'partition') return Math.min(concurrency, backlog.partitions) * perCall;
  const share = order === 'key' ? hottestShare(backlog.keys) : 0;
  return share === 0 ? concurrency * perCall : Math.min(concurrency * perCall, perCall / share);
}

/**
 * From the first answer until all runs as it will go on running: V8 has compiled by then what runs often and, where keys
 * repeat, the frequent ones fill what the consumer may hold, before which the others run as if there were none.
 */
export function rampMsOf({ backlog }: Scenario): number {
  return backlog.keys.kind === 'distinct' ? 8_000 : 10_000;
}

/** In words, for the table. */
export function describeScenario({ latency, concurrency, backlog, tls }: Scenario): string {
  const { partitions, keys, valueBytes, compression } = backlog;
  return [
    `${latency.median} ms${latency.spread === 'fixed' ? '' : ' median, lognormal'}`,
    `${concurrency.toLocaleString('en')} calls at a time`,
    partitions === 1 ? '1 partition' : `${partitions} partitions`,
    describeKeys(keys),
    ...(latency.roundTrip === 0 ? [] : [`${latency.roundTrip} ms round trip`]),
    ...(tls ? ['TLS'] : []),
    ...(valueBytes === defaultValueBytes ? [] : [`${valueBytes.toLocaleString('en')} bytes a value`]),
    ...(compression === 'none' ? [] : [compression]),
  ].join(', ');
}

function describeKeys(keys: Keys): string {
  if (keys.kind === 'distinct') return 'distinct keys';
  const count = `${keys.count.toLocaleString('en')} keys`;
  return keys.kind === 'uniform' ? count : `${count} by Zipf's law (exponent ${keys.exponent})`;
}
