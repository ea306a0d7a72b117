import { expect, it } from 'vitest';
import type { KafkaRecord } from '../ports/record.ts';
import type { Fetched } from './group-client.ts';
import { GroupLease, type LeaseHolder } from './group-lease.ts';

const place = { topic: 'orders', partition: 0 };

function record(offset: number): KafkaRecord {
  return { ...place, offset, key: null, value: null, headers: {}, timestampMs: 0 };
}

function* records(from: number, to: number): Generator<KafkaRecord> {
  for (let offset = from; offset < to; offset++) yield record(offset);
}

function fetched(from: number, to: number, read: Iterable<KafkaRecord> = records(from, to)): Fetched {
  return { ...place, fetchedFrom: from, firstOffset: from, lastOffset: to - 1, endOffset: 1_000, records: read };
}

/** A lease that reads from 0, and what it does: what is delivered by its first offset and what it covers. */
class Rig implements LeaseHolder {
  readonly done: string[] = [];
  /** Done as records are delivered. */
  onDelivery: (delivered: readonly KafkaRecord[]) => void = () => undefined;
  readonly lease = new GroupLease({
    ...place,
    epoch: 1,
    committed: undefined,
    logStart: 0,
    logEnd: 1_000,
    logId: 'orders 0',
    partitionsThen: 1,
    holder: this,
  });

  constructor() {
    this.lease.readFrom(0);
    this.done.length = 0;
  }

  expired = () => false;
  commit = () => Promise.resolve();
  release = () => undefined;
  lastRequest = () => 0;
  seek = (_: GroupLease, offset: number) => void this.done.push(`seek ${offset}`);
  pause = () => void this.done.push('pause');
  resume = () => void this.done.push('resume');
  notTaken = (_: GroupLease, error: unknown) => void this.done.push(String(error));
  deliver = (_: GroupLease, delivered: readonly KafkaRecord[], coveredTo: number) => {
    this.done.push(`${delivered[0]?.offset ?? 'none'} to ${coveredTo}`);
    this.onDelivery(delivered);
  };
}

function paused(): Rig {
  const rig = new Rig();
  rig.onDelivery = () => rig.lease.pause();
  return rig;
}

it('delivers what was fetched in pieces, and pauses between two', () => {
  const rig = paused();
  rig.lease.take(fetched(0, 80));
  expect(rig.done.splice(0)).toEqual(['0 to 32', 'pause']);
  expect(rig.lease.next).toBe(32);
  rig.lease.resume();
  rig.lease.resume();
  expect(rig.done.splice(0)).toEqual(['32 to 64', '64 to 80']);
  rig.lease.resume();
  expect(rig.done).toEqual(['resume']);
});

it('reads no record of what waits', () => {
  const rig = paused();
  const reader = records(0, 80);
  rig.lease.take(fetched(0, 80, reader));
  expect(reader.next()).toMatchObject({ value: { offset: 32 } });
});

it('delivers to the end where it is paused and resumed meanwhile', () => {
  const rig = paused();
  rig.lease.take(fetched(0, 80));
  rig.done.length = 0;
  rig.onDelivery = () => {
    rig.lease.pause();
    rig.lease.resume();
  };
  rig.lease.resume();
  expect(rig.done.at(-1)).toBe('resume');
  expect([rig.lease.next, rig.lease.flowing]).toEqual([80, true]);
});

it('takes an answer that comes while another one waits after that, and seeks past both', () => {
  const rig = paused();
  rig.lease.take(fetched(0, 40));
  expect([rig.lease.goesOnWith(fetched(40, 50)), rig.lease.goesOnWith(fetched(32, 40))]).toEqual([true, false]);
  rig.lease.take(fetched(40, 50));
  rig.lease.align();
  rig.onDelivery = () => undefined;
  rig.lease.resume();
  expect(rig.done).toEqual(['0 to 32', 'pause', 'seek 50', '32 to 40', '40 to 50', 'resume']);
});

it('forgets what waits when it is told where to read from, and fetches from there', () => {
  const rig = paused();
  rig.lease.take(fetched(0, 80));
  rig.done.length = 0;
  rig.lease.readFrom(5);
  rig.lease.resume();
  expect(rig.done).toEqual(['seek 5', 'resume']);
});

it('leaves out what lies before the place it reads from', () => {
  const rig = new Rig();
  rig.lease.readFrom(7);
  rig.done.length = 0;
  rig.lease.take(fetched(0, 10));
  expect(rig.done).toEqual(['7 to 10']);
});

it('says so where what waits cannot be read or taken, as nobody above expects an error there', () => {
  const rig = paused();
  rig.lease.take(fetched(0, 80));
  rig.done.length = 0;
  rig.onDelivery = () => {
    throw new Error('not taken');
  };
  rig.lease.resume();
  expect(rig.done[1]).toBe('Error: not taken');
  expect(() => rig.lease.take(fetched(80, 90))).toThrow('not taken');
});
