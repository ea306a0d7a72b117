import { attributeNames, meter } from '@millrace/telemetry';
import type { Attributes, Counter } from '@opentelemetry/api';

export interface TallyOptions {
  readonly name: string;
  readonly description: string;
  readonly group: string;
  /** The attribute that tells what is counted. */
  readonly of: string;
}

interface Count {
  readonly attributes: Attributes;
  /** What the counter has not been told of. */
  more: number;
}

/**
 * A counter by topic and one thing more. OpenTelemetry looks up the attributes at each addition, which costs more than all
 * else that is done to count; so its counter is told of many at a time, by {@link hand}.
 */
export class Tally<What extends string> {
  readonly #options: TallyOptions;
  readonly #counter: Counter;
  readonly #topics = new Map<string, Map<What, Count>>();

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#counter = meter().createCounter(options.name, { description: options.description });
  }

  add(topic: string, what: What): void {
    const count = this.#topics.get(topic)?.get(what);
    if (count) count.more++;
    else this.#begin(topic, what);
  }

  /** Tells the counter what was added since. */
  hand(): void {
    for (const counts of this.#topics.values()) {
      for (const count of counts.values()) {
        if (count.more > 0) this.#counter.add(count.more, count.attributes);
        count.more = 0;
      }
    }
  }

  #begin(topic: string, what: What): void {
    const { group, of } = this.#options;
    const attributes = { [attributeNames.group]: group, [attributeNames.topic]: topic, [of]: what };
    let counts = this.#topics.get(topic);
    if (!counts) this.#topics.set(topic, (counts = new Map<What, Count>()));
    counts.set(what, { attributes, more: 1 });
  }
}
