import { createLogger } from '@millrace/telemetry';
import { expect, it } from 'vitest';
import { BackPressure } from './back-pressure.ts';
import { leaseState } from './lease-state.ts';
import { LeaseWork } from './lease-work.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';

const limits = { records: 10, bytes: 1_000, recordsPerPartition: 10, bytesPerPartition: 1_000 };
const ignore = () => undefined;

/** A lease under which nothing is underway, and its back pressure. */
async function idleLease() {
  const source = new InMemorySource('orders');
  await source.start({ granted: ignore, records: ignore, revoking: ignore, revoked: ignore });
  const lease = source.grant(0);
  const log = createLogger({ service: 'test', level: 'silent' });
  const work = new LeaseWork({ lease, start: 0, committed: undefined, log });
  const backPressure = new BackPressure({ limits, crowded: ignore });
  backPressure.granted(lease);
  return { work, backPressure, state: () => leaseState(work, backPressure.of(lease), { retrying: () => 0 }) };
}

it('tells a partition that is paused for its offset map from one that is paused for what it holds', async () => {
  const { work, backPressure, state } = await idleLease();
  expect(state()).toMatchObject({ full: false, mapFull: false, heldRecords: 0, heldBytes: 0 });
  backPressure.stopTaking(work.lease, true);
  expect(state()).toMatchObject({ full: false, mapFull: true });
  backPressure.stopTaking(work.lease, false);
  backPressure.add(work.lease, 1_000);
  expect(state()).toMatchObject({ full: true, mapFull: false, heldRecords: 1, heldBytes: 1_000 });
});

it('calls one that is given up neither, although nothing of it is read', async () => {
  const { work, backPressure, state } = await idleLease();
  work.closing = true;
  backPressure.stopTaking(work.lease, true);
  expect(state()).toMatchObject({ closing: true, full: false, mapFull: false });
});
