import { expect, it } from 'vitest';
import { inOrder, reversed } from './in-order.ts';

const steps = [
  { name: 'stub-apis', needs: [] },
  { name: 'topics', needs: ['kafka'] },
  { name: 'consumer', needs: ['topics', 'stub-apis'] },
];

it('begins a step once all it needs is done, and not before', async () => {
  const log: string[] = [];
  const topics = Promise.withResolvers<void>();
  const all = inOrder(steps, async ({ name }) => {
    log.push(`${name} begins`);
    if (name === 'topics') await topics.promise;
    log.push(`${name} done`);
  });
  await expect.poll(() => log.toSorted()).toEqual(['stub-apis begins', 'stub-apis done', 'topics begins']);
  topics.resolve();
  await all;
  expect(log.slice(3)).toEqual(['topics done', 'consumer begins', 'consumer done']);
});

it('never begins a step that needs a failed one', async () => {
  const begun: string[] = [];
  const all = inOrder(steps, async ({ name }) => {
    begun.push(name);
    if (name === 'topics') throw new Error('no topics');
  });
  await expect(all).rejects.toThrow('no topics');
  expect(begun).toEqual(['stub-apis', 'topics']);
});

it('reversed, a step comes after those that need it', () => {
  expect(reversed(steps)).toEqual([
    { name: 'consumer', needs: [] },
    { name: 'topics', needs: ['consumer'] },
    { name: 'stub-apis', needs: ['consumer'] },
  ]);
});
