import type { KafkaRecord, PartitionProgress, RecordSink, RecordSource } from '@millrace/messaging';
import { InMemorySource, type NewRecord } from '@millrace/messaging/testing';

/** A record source without Kafka for several topics, of one partition each, all granted from the start. */
export class TopicSources implements RecordSource {
  readonly #byTopic: ReadonlyMap<string, InMemorySource>;

  constructor(topics: readonly string[]) {
    this.#byTopic = new Map(topics.map((topic) => [topic, new InMemorySource(topic)]));
  }

  get topics(): readonly string[] {
    return [...this.#byTopic.keys()];
  }

  /** The offset of the next record; undefined for a topic that nobody subscribed to. */
  nextOffset(topic: string): KafkaRecord['offset'] | undefined {
    return this.#byTopic.get(topic)?.partition(0).endOffset;
  }

  append(topic: string, record: NewRecord): void {
    this.#byTopic.get(topic)?.append(0, record);
  }

  async start(sink: RecordSink): Promise<void> {
    for (const source of this.#byTopic.values()) {
      await source.start(sink);
      source.grant(0);
    }
  }

  notReady(): string | undefined {
    return undefined;
  }

  progress(): readonly PartitionProgress[] {
    return [...this.#byTopic.values()].flatMap((source) => source.progress());
  }

  async stop(): Promise<void> {
    for (const source of this.#byTopic.values()) await source.stop();
  }
}
