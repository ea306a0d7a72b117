import { defineEvent, on } from '@millrace/messaging';
import { z } from 'zod';
import type { AsyncApiSources } from './sources.ts';

const topic = 'orders';
const heard = async () => undefined;

export const orderPlaced = defineEvent({
  type: 'OrderPlaced',
  version: 1,
  description: 'Somebody ordered something.',
  topic,
  schema: z.object({ orderId: z.string(), cents: z.int() }),
  key: ({ orderId }) => orderId,
  examples: [{ orderId: 'o-1', cents: 250 }],
});

export const orderPaid = defineEvent({
  type: 'OrderPaid',
  version: 2,
  description: 'An order was paid.',
  topic,
  schema: z.object({ orderId: z.string() }),
  key: ({ orderId }) => orderId,
  examples: [{ orderId: 'o-1' }, { orderId: 'o-2' }],
});

/** A shop and the one consumer of its orders, who hears that they are placed and not that they are paid. */
export const shop: AsyncApiSources = {
  project: { version: '1.2.3', license: 'MIT' },
  broker: 'localhost:9092',
  events: [orderPlaced, orderPaid],
  topics: [{ name: topic, partitions: 6, groups: ['billing'] }],
  publishers: [{ app: 'shop', value: { source: '/shop', events: [orderPlaced, orderPaid] } }],
  consumers: [
    {
      app: 'billing-consumer',
      value: { group: 'billing', startAt: 'earliest', subscriptions: [on(orderPlaced, heard, { name: 'invoice' })] },
    },
  ],
};

/** One more consumer app, of a group of its own. */
export const withConsumer = (sources: AsyncApiSources, group: string, event: typeof orderPaid): AsyncApiSources => ({
  ...sources,
  topics: sources.topics.map((each) => ({ ...each, groups: [...each.groups, group] })),
  consumers: [
    ...sources.consumers,
    {
      app: `${group}-consumer`,
      value: { group, startAt: 'latest', subscriptions: [on(event, heard, { name: group })] },
    },
  ],
});
