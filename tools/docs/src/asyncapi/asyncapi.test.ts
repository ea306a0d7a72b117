import { defineEvent, type EventContract } from '@millrace/messaging';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { yamlPage } from '../yaml-page.ts';
import { asyncapi } from './asyncapi.ts';
import type { AsyncApiSources } from './sources.ts';
import { orderPaid, orderPlaced, shop, withConsumer } from './test-sources.ts';

interface Document {
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly components: { readonly messages: Readonly<Record<string, object>> };
}

const documentOf = (sources: AsyncApiSources) => asyncapi(sources) as Document;
const added = (before: object, after: object) => Object.keys(after).filter((key) => !(key in before));

/** The shop with another contract in the place of `orderPaid`. */
const withPaid = (changed: EventContract): AsyncApiSources => ({
  ...shop,
  events: [orderPlaced, changed],
  publishers: [{ app: 'shop', value: { source: '/shop', events: [orderPlaced, changed] } }],
});

describe('the AsyncAPI document', () => {
  it('has a channel for each topic, and for the dead letters and the replays of each of its groups', () => {
    const { channels } = documentOf(shop);
    expect(Object.keys(channels)).toEqual(['orders', 'orders.billing.dlq', 'orders.billing.replay']);
    for (const [topic, channel] of Object.entries(channels)) {
      expect(channel).toMatchObject({ address: topic, bindings: { kafka: { topic, partitions: 6 } } });
    }
    expect(channels['orders']).toHaveProperty(['messages', 'OrderPaid.v2']);
    expect(channels['orders.billing.dlq']).toHaveProperty(['messages', 'DeadLetter']);
    expect(channels['orders.billing.replay']).toHaveProperty(['messages', 'OrderPaid.v2']);
  });

  it('has an operation for whoever publishes, hears or gives up', () => {
    const { operations } = documentOf(shop);
    expect(Object.keys(operations)).toEqual([
      'shop.send.OrderPlaced.v1',
      'shop.send.OrderPaid.v2',
      'billing-consumer.receive.OrderPlaced.v1',
      'billing-consumer.send.orders.billing.dlq',
      'billing-consumer.receive.orders.billing.replay',
    ]);
    expect(operations['billing-consumer.receive.OrderPlaced.v1']).toMatchObject({
      action: 'receive',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/OrderPlaced.v1' }],
      description: expect.stringContaining('`Idempotency-Key: invoice:<ce_id>`') as string,
      bindings: { kafka: { groupId: { enum: ['billing'] }, clientId: { enum: ['billing-consumer'] } } },
    });
  });

  it('shows each message as the real thing: key, headers and value of a record', () => {
    const { messages } = documentOf(shop).components;
    expect(messages['OrderPaid.v2']).toMatchObject({
      name: 'OrderPaid',
      summary: 'An order was paid.',
      payload: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
      bindings: { kafka: { key: { type: 'string', examples: ['o-1', 'o-2'] } } },
    });
    expect(messages['OrderPaid.v2']).toHaveProperty('examples.1', {
      headers: {
        ce_specversion: '1.0',
        ce_id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/) as string,
        ce_type: 'OrderPaid',
        ce_source: '/shop',
        ce_time: expect.any(String) as string,
        ce_subject: 'o-2',
        ce_dataschema: 'urn:millrace:OrderPaid:2',
        'content-type': 'application/json',
        traceparent: expect.any(String) as string,
      },
      payload: { orderId: 'o-2' },
    });
    expect(messages['DeadLetter']).toHaveProperty('examples.0.headers.ce_type', 'OrderPlaced');
    expect(messages['DeadLetter']).toHaveProperty('examples.0.headers.millrace_dlq_topic', 'orders');
  });

  it('is the same text each time it is written', () => {
    const page = () => yamlPage(asyncapi(withConsumer(shop, 'crm', orderPaid)), 'a test');
    expect(page()).toBe(page());
  });
});

describe('a change', () => {
  it('of who hears what is in the document: one more app, and nothing else', () => {
    const [before, after] = [documentOf(shop), documentOf(withConsumer(shop, 'crm', orderPaid))];
    expect(added(before.channels, after.channels)).toEqual(['orders.crm.dlq', 'orders.crm.replay']);
    expect(added(before.operations, after.operations)).toEqual([
      'crm-consumer.receive.OrderPaid.v2',
      'crm-consumer.send.orders.crm.dlq',
      'crm-consumer.receive.orders.crm.replay',
    ]);
    expect(after.operations).toMatchObject(before.operations);
    expect(after.components).toEqual(before.components);
  });

  it.each<readonly [string, Partial<EventContract>]>([
    ['schema', { schema: z.object({ orderId: z.string(), method: z.enum(['card', 'cash']).default('card') }) }],
    ['description', { description: 'Money came in.' }],
    ['example', { examples: [{ orderId: 'o-9' }] }],
    ['key', { key: () => 'always the same' }],
  ])("of a contract's %s is in its message", (_, change) => {
    const before = documentOf(shop).components.messages;
    const after = documentOf(withPaid(defineEvent({ ...(orderPaid as EventContract), ...change }))).components.messages;
    expect(after['OrderPaid.v2']).not.toEqual(before['OrderPaid.v2']);
    expect(after['OrderPlaced.v1']).toEqual(before['OrderPlaced.v1']);
  });

  it("of a contract's version makes another message", () => {
    const { channels, components } = documentOf(withPaid(defineEvent({ ...orderPaid, version: 3 })));
    expect(channels['orders']).toHaveProperty(['messages', 'OrderPaid.v3']);
    expect(Object.keys(components.messages)).toEqual(['OrderPlaced.v1', 'OrderPaid.v3', 'DeadLetter']);
  });

  it('that makes a schema which JSON cannot carry is refused, with the name of the contract', () => {
    const changed = defineEvent({
      ...(orderPaid as EventContract),
      schema: z.object({ orderId: z.string(), at: z.date().optional() }),
    });
    expect(() => asyncapi(withPaid(changed))).toThrow(/OrderPaid \(version 2\).*Date/);
  });
});

describe('what does not fit together', () => {
  const orderLost = defineEvent({ ...orderPaid, type: 'OrderLost' });
  const elsewhere = defineEvent({ ...orderPaid, topic: 'returns' });
  const publisher = (...events: EventContract[]) => [{ app: 'shop', value: { source: '/shop', events } }];

  it.each<readonly [string, AsyncApiSources]>([
    [
      'crm-consumer hears OrderPaid (version 2), whose topic returns is not among the topics',
      withConsumer(withPaid(elsewhere), 'crm', elsewhere),
    ],
    ['OrderPaid (version 2) is on topic returns, which is not among the topics', withPaid(elsewhere)],
    [
      'crm-consumer hears OrderPaid (version 2), which no app publishes',
      withConsumer({ ...shop, publishers: publisher(orderPlaced) }, 'crm', orderPaid),
    ],
    [
      "OrderPaid (version 2) is published by no app; name it in one's src/published.ts",
      { ...shop, publishers: publisher(orderPlaced) },
    ],
    ['crm-consumer hears OrderLost (version 2), which is not among the events', withConsumer(shop, 'crm', orderLost)],
    [
      'shop publishes OrderLost (version 2), which is not among the events',
      { ...shop, publishers: publisher(orderPlaced, orderPaid, orderLost) },
    ],
    [
      'crm-consumer hears OrderPaid (version 2), but its group crm is not among those of topic orders, so it has no dead-letter topic',
      { ...withConsumer(shop, 'crm', orderPaid), topics: shop.topics },
    ],
    ['OrderPaid (version 2) is there 2 times', { ...shop, events: [orderPlaced, orderPaid, { ...orderPaid }] }],
  ])('is an error that says so: %s', (problem, sources) => {
    expect(() => asyncapi(sources)).toThrow(`\n  ${problem}`);
  });
});
