import type { ConsumerState, PartitionState } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { spokenDuration } from './spoken-duration.ts';

export interface RetentionWatchOptions {
  readonly state: () => ConsumerState;
  readonly log: Logger;
}

const lookFirstAfterMs = 5_000;
const [lookLeastEveryMs, lookMostEveryMs] = [1_000, 60_000];
const sayEveryMs = 3_600_000;
const leastAheadMs = 600_000;

/**
 * Warns while a record without an outcome has less than a tenth of its retention left, and at least ten minutes, or half
 * of it where that is less: once per topic, and again each hour, or after the retention where that is less. What was not
 * even read is younger, and not looked at.
 */
export class RetentionWatch {
  readonly #state: RetentionWatchOptions['state'];
  readonly #log: Logger;
  /** When a topic was last warned of. */
  readonly #said = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ state, log }: RetentionWatchOptions) {
    this.#state = state;
    this.#log = log;
  }

  /** Looks once a minute, or ten times in the time that a topic keeps its records; keeps no process alive. */
  start(): void {
    this.#timer ??= this.#lookAfter(lookFirstAfterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const shortestMs = this.#look();
      this.#timer = this.#lookAfter(Math.min(lookMostEveryMs, Math.max(lookLeastEveryMs, shortestMs / 10)));
    }, ms).unref();
  }

  /** Returns the shortest retention that is known. */
  #look(): number {
    const { group, partitions } = this.#state();
    const inDanger = Map.groupBy(partitions.filter(isInDanger), ({ topic }) => topic);
    for (const [topic, states] of inDanger) {
      const nowMark = performance.now();
      const everyMs = Math.min(sayEveryMs, shortestOf(states));
      if (nowMark - (this.#said.get(topic) ?? -Infinity) < everyMs) continue;
      this.#said.set(topic, nowMark);
      this.#warn(group, topic, states);
    }
    return shortestOf(partitions);
  }

  #warn(group: string, topic: string, states: readonly PartitionState[]): void {
    const keptForMs = Math.min(...states.map((state) => state.keptForMs ?? Infinity));
    const when = keptForMs > 0 ? `in ${spokenDuration(keptForMs)}` : 'at any time';
    const records = states.map(({ partition, oldest, end }) => ({ partition, from: oldest?.offset, to: end }));
    const fields = { group, topic, partitions: states.map(({ partition }) => partition), records, keptForMs };
    this.#log.warn(fields, `retention may delete records that have no outcome yet, ${when}; see docs/observing.md`);
  }
}

function isInDanger({ keptForMs, retentionMs }: PartitionState): boolean {
  if (keptForMs === undefined || retentionMs === undefined) return false;
  return keptForMs < Math.min(Math.max(retentionMs / 10, leastAheadMs), retentionMs / 2);
}

function shortestOf(states: readonly PartitionState[]): number {
  return Math.min(...states.map(({ retentionMs }) => retentionMs ?? Infinity));
}
