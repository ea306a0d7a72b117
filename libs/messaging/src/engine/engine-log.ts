import type { Logger } from '@millrace/telemetry';
import type { KafkaRecord } from '../ports/record.ts';
import type { PartitionLease } from '../ports/record-source.ts';
import type { StartPosition } from './start-position.ts';

/** A partition, or a record, by name. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset?: number;
}

/** What an engine has to say to people. No key is among it, which may be personal: records are named by their place. */
export class EngineLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Where the start is not simply what was committed, or chosen by `startAt`. */
  started(lease: PartitionLease, start: StartPosition): void {
    if (start.from === 'nowhere') this.#log.error({ ...place(lease), code: 'OFFSETS_MISSING' }, offsetsMissing(lease));
    if (start.from === 'anew') this.readAnew(lease, 'the log ends before the commit');
    if (start.from === 'commit' && start.unread > 0)
      this.#deletedUnread(lease, start.offset - start.unread, start.offset);
  }

  readAnew(lease: PartitionLease, why: 'the log ends before the commit' | 'another record lies at the commit'): void {
    const fields = { ...place(lease), committed: lease.committed?.offset, offset: lease.logStart };
    this.#log.error(fields, `${why}: the topic was made anew, and is read from its start`);
  }

  redelivered(record: KafkaRecord): void {
    this.#log.error(place(record), 'record delivered twice under one lease; ignored');
  }

  hot(record: KafkaRecord): void {
    this.#log.warn(place(record), 'much waits for the key of this record; what it holds back grows');
  }

  #deletedUnread(lease: PartitionLease, from: number, to: number): void {
    const fields = { ...place(lease), from, to, records: to - from };
    this.#log.error(fields, 'records were deleted by retention before the group had read them');
  }
}

/** In words, for people. */
export function offsetsMissing({ topic, partition }: Place): string {
  return `the group has no offsets in partition ${partition} of ${topic}, and startAt is 'committed': set them, or choose another startAt`;
}

function place({ topic, partition, offset }: Place): Place {
  return { topic, partition, ...(offset !== undefined && { offset }) };
}
