import type { Logger } from '@millrace/telemetry';
import type { Admin, ConfigResourceTypes } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { reasonOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';
import { withAdmin } from '../connection/with-admin.ts';

export interface TopicRetentionOptions {
  readonly connection: KafkaConnection;
  readonly topics: readonly string[];
  readonly log: Logger;
}

/** As kafkajs has it under a name that Node cannot import. */
const topicResource: ConfigResourceTypes.TOPIC = 2;

/** A topic's settings by name. */
type Settings = ReadonlyMap<string, string>;

const readAgainMs = 5 * 60_000;
const retryMs = 30_000;
const policy = 'cleanup.policy';
const time = 'retention.ms';
const size = 'retention.bytes';

/**
 * For how long topics keep their records. Nothing depends on knowing it: a topic that the client may not describe, or that
 * is not there, is one whose retention is not known. What was known stays so while Kafka is away.
 */
export class TopicRetention {
  readonly #options: TopicRetentionOptions;
  readonly #known = new Map<string, number | undefined>();
  readonly #untold = new Set<string>();
  readonly #bySize = new Set<string>();

  constructor(options: TopicRetentionOptions) {
    this.#options = options;
  }

  /** Undefined where records are kept for good, or it is not known. Where {@link size} is limited, it may be sooner. */
  of(topic: string): number | undefined {
    return this.#known.get(topic);
  }

  /** Reads it at once, and again every five minutes, until `signal` is aborted. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ok = await this.read(signal);
      await pause(ok ? readAgainMs : retryMs, signal);
    }
  }

  /** False where Kafka could not be asked. Never rejects. */
  async read(signal?: AbortSignal): Promise<boolean> {
    const { connection, topics } = this.#options;
    try {
      await withAdmin(connection, (admin) => this.#readAll(admin, topics), signal);
      return true;
    } catch (error) {
      if (!signal?.aborted) this.#leftOut('Kafka', error);
      return false;
    }
  }

  /** One by one: kafkajs answers none of several topics where one of them is refused. */
  async #readAll(admin: Admin, topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      try {
        this.#note(topic, await describe(admin, topic));
      } catch (error) {
        this.#leftOut(topic, error);
      }
    }
  }

  #note(topic: string, settings: Settings): void {
    this.#untold.delete(topic);
    this.#untold.delete('Kafka');
    this.#known.set(topic, retentionMsOf(settings));
    if (!deletes(settings) || Number(settings.get(size)) < 0 || this.#bySize.has(topic)) return;
    this.#bySize.add(topic);
    this.#options.log.info({ topic, [size]: settings.get(size) }, 'deletes by size, too: when cannot be foretold');
  }

  /** One line until it is known again. */
  #leftOut(what: string, error: unknown): void {
    if (this.#untold.has(what)) return;
    this.#untold.add(what);
    this.#options.log.debug({ of: what, reason: reasonOf(error) }, 'retention could not be read; it is left out');
  }
}

async function describe(admin: Admin, name: string): Promise<Settings> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name, configNames: [policy, time, size] }],
  });
  return new Map(
    resources.flatMap(({ configEntries }) => configEntries.map((each) => [each.configName, each.configValue])),
  );
}

/** https://kafka.apache.org/documentation/#topicconfigs_retention.ms: -1 is no limit; it holds where the policy has `delete`. */
function retentionMsOf(settings: Settings): number | undefined {
  const ms = Number(settings.get(time) ?? -1);
  return deletes(settings) && ms >= 0 ? ms : undefined;
}

function deletes(settings: Settings): boolean {
  return (settings.get(policy) ?? '').split(',').some((each) => each.trim() === 'delete');
}
