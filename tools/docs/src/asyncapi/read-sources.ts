import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { events, topics } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { kafkaConfig } from '@millrace/service';
import { fromApps } from '../from-apps.ts';
import { root } from '../root.ts';
import type { AsyncApiSources, Heard, Published } from './sources.ts';

/** What this repository's contracts and apps say: an app's `src/published.ts` and `src/consumer.ts`. */
export async function readSources(): Promise<AsyncApiSources> {
  const consumers = await fromApps<(api: HttpTarget) => Heard>('consumer');
  return {
    project: JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as AsyncApiSources['project'],
    broker: kafkaConfig.KAFKA_BROKERS.parse(undefined)[0] ?? '',
    events,
    topics,
    publishers: await fromApps<Published>('published'),
    consumers: consumers.map(({ app, value }) => ({ app, value: value(noApi) })),
  };
}

/** Consumers are described here, not run. */
const noApi: HttpTarget = {
  name: 'none',
  closedForMs: () => undefined,
  isProbing: () => false,
  turnStarted: () => undefined,
  turnEnded: () => undefined,
  heldBackMs: () => 0,
  state: () => ({ closedForMs: undefined, breaker: 'closed', why: undefined }),
  post: async () => refuse(),
  send: async () => refuse(),
  stop: async () => undefined,
};

function refuse(): never {
  throw new Error('a consumer that is only described calls no API');
}
