import type { ConsumerState, PartitionState } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { spokenDuration } from './spoken-duration.ts';

export interface RetentionWatchOptions {
  readonly state: () => ConsumerState;
  readonly log: Logger;
}

const lookEveryMs = 60_000;
const sayEveryMs = 3_600_000;
const leastAheadMs = 600_000;

/**
 * Warns while a record without an outcome has less than a tenth of its retention left, and at least ten minutes, or half
 * of it where that is less: once per topic, and again each hour. What was not even read is younger, and not looked at.
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

  /** Looks once a minute; keeps no process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { group, partitions } = this.#state();
    const inDanger = Map.groupBy(partitions.filter(isInDanger), ({ topic }) => topic);
    for (const [topic, states] of inDanger) {
      const nowMark = performance.now();
      if (nowMark - (this.#said.get(topic) ?? -Infinity) < sayEveryMs) continue;
      this.#said.set(topic, nowMark);
      this.#warn(group, topic, states);
    }
  }

  #warn(group: string, topic: string, states: readonly PartitionState[]): void {
    const keptForMs = Math.min(...states.map((state) => state.keptForMs ?? Infinity));
    const when = keptForMs > 0 ? `in ${spokenDuration(keptForMs)}` : 'at any time';
    const fields = { group, topic, partitions: states.map(({ partition }) => partition), keptForMs };
    this.#log.warn(fields, `retention may delete records that have no outcome yet, ${when}; see docs/observing.md`);
  }
}

function isInDanger({ keptForMs, retentionMs }: PartitionState): boolean {
  if (keptForMs === undefined || retentionMs === undefined) return false;
  return keptForMs < Math.min(Math.max(retentionMs / 10, leastAheadMs), retentionMs / 2);
}
