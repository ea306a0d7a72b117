import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const pollMs = 100;

/** Looks at what a group has committed, ten times a second, and counts the offsets that have become smaller. */
export class CommitWatch {
  readonly #admin: Admin;
  readonly #of: { readonly group: string; readonly topic: string };
  readonly #seen = new Map<number, number>();
  readonly #looking: Promise<void>;
  #ended = false;
  #wentBack = 0;

  static async begin(
    brokers: readonly string[],
    of: { readonly group: string; readonly topic: string },
  ): Promise<CommitWatch> {
    const admin = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new CommitWatch(admin, of);
  }

  private constructor(admin: Admin, of: { readonly group: string; readonly topic: string }) {
    this.#admin = admin;
    this.#of = of;
    this.#looking = this.#lookUntilEnd();
  }

  get wentBack(): number {
    return this.#wentBack;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#looking;
    await this.#admin.disconnect();
  }

  async #lookUntilEnd(): Promise<void> {
    const { group, topic } = this.#of;
    while (!this.#ended) {
      const answers = await this.#admin.fetchOffsets({ groupId: group, topics: [topic] }).catch(() => []);
      for (const { partition, offset } of answers.flatMap(({ partitions }) => partitions))
        this.#look(partition, Number(offset));
      await delay(pollMs);
    }
  }

  #look(partition: number, offset: number): void {
    if (offset < (this.#seen.get(partition) ?? -1)) this.#wentBack++;
    this.#seen.set(partition, offset);
  }
}
