import { type Told, toldOf } from './told.ts';

type Member = { readonly told: readonly Told[] };

/** The partitions under leases that have not been revoked, in order. */
export function owned({ told }: Member): readonly number[] {
  const ended = new Set(toldOf(told, 'revoked').map(leaseName));
  const alive = toldOf(told, 'granted').filter((granted) => !ended.has(leaseName(granted)));
  return alive.map(({ partition }) => partition).toSorted((a, b) => a - b);
}

/** The offsets delivered of a partition, in the order of delivery. */
export function offsets({ told }: Member, partition = 0, epoch?: number): readonly number[] {
  const batches = toldOf(told, 'records').filter((batch) => batch.partition === partition);
  return batches.filter((batch) => epoch === undefined || batch.epoch === epoch).flatMap((batch) => batch.offsets);
}

/** How far a partition was covered by the newest delivery; -1 before the first. */
export function coveredTo({ told }: Member, partition = 0): number {
  return toldOf(told, 'records').findLast((batch) => batch.partition === partition)?.coveredTo ?? -1;
}

/** Names a lease among those of one member. */
export function leaseName({ partition, epoch }: { readonly partition: number; readonly epoch: number }): string {
  return `${partition} as ${epoch}`;
}

/** `from` to `to - 1`. */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
