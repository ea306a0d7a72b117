import { describe, expect, it } from 'vitest';
import { BackPressure, type HeldLimits } from './back-pressure.ts';
import type { PartitionLease } from '../ports/record-source.ts';

function fakeLease(): PartitionLease & { paused: boolean; calls: number } {
  return {
    topic: 'orders',
    partition: 0,
    epoch: 1,
    committed: undefined,
    logStart: 0,
    logEnd: 0,
    logId: 'orders 0',
    signal: new AbortController().signal,
    readFrom: () => undefined,
    commit: () => Promise.resolve(),
    release: () => undefined,
    paused: false,
    calls: 0,
    pause() {
      this.paused = true;
      this.calls++;
    },
    resume() {
      this.paused = false;
      this.calls++;
    },
  };
}

function pressureOn(count: number, limits: Partial<HeldLimits> = {}) {
  const { records = 100, bytes = 1_000_000, recordsPerPartition = records, bytesPerPartition = bytes } = limits;
  const crowded: PartitionLease[] = [];
  const pressure = new BackPressure({
    limits: { records, bytes, recordsPerPartition, bytesPerPartition },
    crowded: (lease) => crowded.push(lease),
  });
  const leases = Array.from({ length: count }, fakeLease);
  for (const lease of leases) pressure.granted(lease);
  const add = (index: number, times: number, size = 1) => {
    for (let i = 0; i < times; i++) pressure.add(leases[index]!, size);
  };
  const remove = (index: number, times: number, size = 1) => {
    for (let i = 0; i < times; i++) pressure.remove(leases[index]!, size);
  };
  const paused = () => leases.map((lease) => lease.paused);
  return { pressure, leases, crowded, add, remove, paused };
}

describe('BackPressure', () => {
  it('pauses a single partition at the limit and lets it go on at half', () => {
    const { add, remove, paused, leases } = pressureOn(1);
    add(0, 99);
    expect(paused()).toEqual([false]);
    add(0, 1);
    expect(paused()).toEqual([true]);
    remove(0, 49);
    expect(paused()).toEqual([true]);
    remove(0, 1);
    expect(paused()).toEqual([false]);
    expect(leases[0]?.calls).toBe(2);
  });

  it('counts bytes as well as records', () => {
    const { pressure, add, remove, paused } = pressureOn(1, { records: 1_000, bytes: 1_000 });
    add(0, 2, 500);
    expect(paused()).toEqual([true]);
    expect(pressure.records).toBe(2);
    remove(0, 1, 500);
    expect(paused()).toEqual([false]);
  });

  it('lets one partition use all the room while the others are quiet', () => {
    const { add, paused } = pressureOn(4);
    add(0, 99);
    expect(paused()).toEqual([false, false, false, false]);
  });

  it('pauses the partition that fills the room, not one that brings the last record', () => {
    const { add, paused } = pressureOn(4);
    add(0, 100);
    add(1, 24);
    expect(paused()).toEqual([true, false, false, false]);
    add(1, 1);
    expect(paused()).toEqual([true, true, false, false]);
  });

  it('never holds twice the limit', () => {
    const { pressure, add, paused } = pressureOn(4);
    for (const index of [0, 1, 2, 3]) while (!paused()[index]) add(index, 1);
    expect(pressure.records).toBeLessThan(200);
  });

  it('lets a partition go on at half its share, though others still fill the room', () => {
    const { add, remove, paused } = pressureOn(2);
    add(0, 100);
    add(1, 50);
    expect(paused()).toEqual([true, true]);
    remove(1, 25);
    expect(paused()).toEqual([true, false]);
  });

  it('lets all go on when a revoked partition gives its room back', () => {
    const { pressure, leases, add, paused } = pressureOn(2);
    add(0, 60);
    add(1, 50);
    expect(paused()).toEqual([false, true]);
    pressure.forget(leases[0]!);
    expect(pressure.records).toBe(50);
    expect(paused()).toEqual([false, false]);
  });

  it('leaves a forgotten partition as it is', () => {
    const { pressure, leases, add, paused } = pressureOn(2);
    add(0, 100);
    pressure.forget(leases[0]!);
    pressure.relieve();
    expect(paused()).toEqual([true, false]);
    expect(leases[0]?.calls).toBe(1);
  });

  it('lets in more when there is nothing to do but wait, once a tenth is free', () => {
    const { pressure, add, remove, paused } = pressureOn(1);
    add(0, 100);
    remove(0, 9);
    pressure.relieve();
    expect(paused()).toEqual([true]);
    remove(0, 1);
    expect(paused()).toEqual([true]);
    pressure.relieve();
    expect(paused()).toEqual([false]);
  });

  it('resumes once, even if the source delivers within the call and is paused again', () => {
    const { pressure, leases, add, remove, paused } = pressureOn(1);
    const lease = leases[0]!;
    let resumed = 0;
    lease.resume = () => {
      lease.paused = false;
      resumed++;
      add(0, 100);
    };
    add(0, 100);
    remove(0, 50);
    expect(resumed).toBe(1);
    expect(paused()).toEqual([true]);
    expect(pressure.records).toBe(150);
  });

  it('ignores what is told of a forgotten partition', () => {
    const { pressure, leases, add, remove } = pressureOn(1);
    add(0, 10);
    pressure.forget(leases[0]!);
    remove(0, 10);
    add(0, 10);
    expect(pressure.records).toBe(0);
  });

  it('pauses a partition at its own limit, although there is room for others', () => {
    const { add, remove, paused } = pressureOn(2, { recordsPerPartition: 10 });
    add(0, 10);
    add(1, 9);
    expect(paused()).toEqual([true, false]);
    remove(0, 4);
    expect(paused()).toEqual([true, false]);
    remove(0, 1);
    expect(paused()).toEqual([false, false]);
  });

  it('counts the bytes of one partition as well', () => {
    const { add, paused } = pressureOn(2, { bytesPerPartition: 1_000 });
    add(0, 2, 500);
    expect(paused()).toEqual([true, false]);
  });

  it('says that a partition is crowded before it has to be paused, and when it is', () => {
    const { add, crowded, leases, paused } = pressureOn(2, { recordsPerPartition: 8 });
    add(1, 5);
    expect(crowded).toEqual([]);
    add(1, 1);
    expect([crowded, paused()]).toEqual([[leases[1]], [false, false]]);
    add(1, 2);
    expect([crowded.length, paused()]).toEqual([3, [false, true]]);
    add(1, 10);
    expect(crowded).toHaveLength(3);
  });

  it('lets nothing in where nothing more may be taken, whatever else is said', () => {
    const { pressure, leases, add, remove, paused } = pressureOn(1);
    pressure.stopTaking(leases[0]!, true);
    expect(paused()).toEqual([true]);
    add(0, 100);
    remove(0, 100);
    pressure.relieve();
    expect(paused()).toEqual([true]);
    pressure.stopTaking(leases[0]!, false);
    expect(paused()).toEqual([false]);
  });

  it('keeps a full partition paused when it may take more again', () => {
    const { pressure, leases, add, remove, paused } = pressureOn(1);
    pressure.stopTaking(leases[0]!, true);
    add(0, 100);
    pressure.stopTaking(leases[0]!, false);
    expect(paused()).toEqual([true]);
    remove(0, 50);
    expect(paused()).toEqual([false]);
  });
});
