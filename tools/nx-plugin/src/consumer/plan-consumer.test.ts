import { FsTree } from 'nx/src/generators/tree';
import { expect, it } from 'vitest';
import { planConsumer } from './plan-consumer.ts';

const orderPlaced = { type: 'OrderPlaced', topic: 'orders', contract: 'orderPlaced', fields: ['orderId'] };
const workspace = {
  events: [orderPlaced],
  topics: [{ name: 'orders', groups: ['billing'] }],
  apps: [],
  ports: [],
};
const plan = (name: string) =>
  planConsumer({ name, event: ['OrderPlaced'], port: 8090 }, workspace, new FsTree('/nowhere', false));

it('settles every name that an API and an event have', () => {
  expect(plan('price-list')).toEqual({
    api: 'price-list',
    app: 'price-list-consumer',
    folder: 'apps/price-list-consumer',
    prefix: 'PRICE_LIST',
    port: 8090,
    events: [
      {
        ...orderPlaced,
        handler: 'postOrderPlaced',
        file: 'post-order-placed',
        path: '/order-placed',
        subscription: 'price-list-order-placed',
      },
    ],
  });
});

it('refuses a group that a topic has', () => {
  expect(() => plan('billing')).toThrow('libs/contracts/src/topics.ts has a group billing at orders.');
});
