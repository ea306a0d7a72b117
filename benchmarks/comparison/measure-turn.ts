import { setTimeout as delay } from 'node:timers/promises';
import type { GateFacts } from '../stub/gate-facts.ts';
import { type ProcessUsage, processUsage } from '../support/process-usage.ts';
import type { Turn } from './figures.ts';
import type { Stand } from './stand.ts';

export interface TurnOptions {
  /** Of the stub's process. */
  readonly stubPid: number;
  /** From the first answer until everything runs as it will. */
  readonly rampMs: number;
  readonly windowMs: number;
  /** In the topic: past nine tenths of them the peer might have nothing to do. */
  readonly records: number;
}

interface Snapshot {
  readonly facts: GateFacts;
  readonly peer: ProcessUsage | undefined;
  readonly stub: ProcessUsage | undefined;
}

const pollMs = 250;
const mostOfAll = 0.9;

/** Watches a peer at work for the time of a window; shorter where its records come to an end. */
export async function measureTurn(
  { gate, process }: Stand,
  { stubPid, rampMs, windowMs, records }: TurnOptions,
  forgetPeak: () => Promise<void>,
): Promise<Turn> {
  const ended: { how?: string } = {};
  void process.ended.then((how) => (ended.how = how));
  const snapshot = async (): Promise<Snapshot> => {
    const [facts, peer, stub] = await Promise.all([gate.facts(), process.usage(), processUsage(stubPid)]);
    return { facts, peer, stub };
  };
  await delay(rampMs);
  await forgetPeak();
  const before = await snapshot();
  let after = before;
  const isOver = () => after.facts.atMs - before.facts.atMs >= windowMs || ended.how !== undefined;
  const isDry = () => after.facts.effects > mostOfAll * records;
  while (!isOver() && !isDry()) {
    await delay(Math.min(pollMs, windowMs));
    after = await snapshot();
  }
  const remarks = [ended.how && `its process ended with ${ended.how}`, !isOver() && 'the backlog was used up'];
  return turnOf(before, after, remarks.filter(Boolean).join(', '));
}

/** What happened between two snapshots. */
export function turnOf(before: Snapshot, after: Snapshot, remark: string): Turn {
  const since = (of: (facts: GateFacts) => number) => of(after.facts) - of(before.facts);
  const calls = since((facts) => facts.calls);
  const microsPerCall = (one?: ProcessUsage, other?: ProcessUsage) =>
    one && other && calls > 0 ? ((other.cpuMs - one.cpuMs) * 1_000) / calls : undefined;
  return {
    perSecond: (calls * 1_000) / since(({ atMs }) => atMs),
    cpuMicrosPerCall: microsPerCall(before.peer, after.peer),
    stubMicrosPerCall: microsPerCall(before.stub, after.stub),
    peakRssBytes: after.peer?.peakRssBytes,
    peakInFlight: after.facts.peak,
    outOfOrder: after.facts.outOfOrder,
    overlaps: after.facts.overlaps,
    repeated: after.facts.calls - after.facts.effects,
    refused: after.facts.refused,
    ...(remark === '' ? {} : { remark }),
  };
}
