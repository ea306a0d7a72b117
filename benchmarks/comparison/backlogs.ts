import type { Backlog, BacklogShape } from '../backlog/write-backlog.ts';
import { writeBacklog } from '../backlog/write-backlog.ts';

/** The topics of a run, each written when it is first asked for. */
export class Backlogs {
  readonly #brokers: readonly string[];
  readonly #written = new Map<string, Backlog>();

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
  }

  /** A topic of that shape with at least so many records, or as many as may be. */
  async with(shape: BacklogShape, wanted: number, onWritten: (records: number, of: number) => void): Promise<Backlog> {
    const records = Math.min(wanted, mostRecords(shape));
    const { partitions, keys, valueBytes, compression } = shape;
    const name = JSON.stringify([partitions, keys, valueBytes, compression]);
    const there = this.#written.get(name);
    if (there && there.records >= records) return there;
    const topic = `benchmark-${this.#written.size + 1}${there ? `-${records}` : ''}`;
    const backlog = { ...shape, topic, records };
    await writeBacklog(this.#brokers, backlog, (written) => onWritten(written, records));
    this.#written.set(name, backlog);
    return backlog;
  }
}

const mostBytes = 2 ** 31;

function mostRecords({ valueBytes }: BacklogShape): number {
  return Math.min(1_000_000, Math.floor(mostBytes / valueBytes));
}
