import type { Topic } from '@millrace/contracts';
import type { ConsumerOptions, EventContract } from '@millrace/messaging';
import type { FromApp } from '../from-apps.ts';

/** What an app publishes, and as whom (`source`). */
export interface Published {
  readonly source: string;
  readonly events: readonly EventContract[];
}

/** What of a consumer is in the document. */
export type Heard = Pick<ConsumerOptions, 'group' | 'startAt' | 'subscriptions'>;

/** All that the document is made of. */
export interface AsyncApiSources {
  readonly project: { readonly version: string; readonly license: string };
  /** Where Kafka is on a developer's machine, `host:port`. */
  readonly broker: string;
  readonly events: readonly EventContract[];
  readonly topics: readonly Topic[];
  readonly publishers: readonly FromApp<Published>[];
  readonly consumers: readonly FromApp<Heard>[];
}
