import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ensureTopics,
  type KafkaConnection,
  openTopicReader,
  openTransactions,
  type TopicReader,
  type Transactions,
} from '@millrace/kafka';

/** What a command works with; closed by whoever made it. */
export interface Session {
  readonly reader: Omit<TopicReader, 'close'>;
  /** Takes the right to decide about the dead letters of a topic, from whoever had it. */
  readonly openTransactions: (deadLetterTopic: string) => Promise<Transactions>;
  /** Sees to it that there is a topic of replays for this one, wide enough, and one of decisions. */
  readonly prepare: (of: ReplayedTopic) => Promise<void>;
  readonly now: () => number;
  /** Ms that only ever grow. */
  readonly mark: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly userName: () => string;
  readonly out: (text: string) => void;
  readonly progress: Progress;
}

/** A topic, a group that reads it, and how many partitions it has. */
export interface ReplayedTopic {
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
}

/** A line for people that says how far it is; nothing where nobody looks. */
export interface Progress {
  show(text: string): void;
  end(): void;
}

/** A session on Kafka, by the system's clock. Rejects with `BROKER_UNAVAILABLE` where no broker answers. */
export async function openSession(
  kafka: KafkaConnection,
  { timeoutMs, ...outputs }: Pick<Session, 'out' | 'progress'> & { readonly timeoutMs: number },
): Promise<Session & { close(): void }> {
  const reader = await openTopicReader(kafka);
  return {
    ...outputs,
    reader,
    openTransactions: (topic) => openTransactions(kafka, `millrace.dlq.${topic}`),
    prepare: async ({ topic: name, group, partitions }) => {
      await ensureTopics(kafka, [{ name, partitions, groups: [group] }], { timeoutMs });
    },
    now: Date.now,
    mark: () => performance.now(),
    sleep: (ms) => sleep(ms),
    userName: () => userInfo().username,
    close: () => reader.close(),
  };
}
