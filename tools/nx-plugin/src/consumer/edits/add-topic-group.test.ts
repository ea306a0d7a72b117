import { expect, it } from 'vitest';
import { addTopicGroup } from './add-topic-group.ts';

const topics = `export const orders = { name: 'orders', partitions: 12, groups: [] };
export const users: Topic = { name: 'users', partitions: 12, groups: ['crm'] }; // everybody
`;

it('adds the group at its topic alone', () => {
  expect(addTopicGroup(topics, 'users', 'billing')).toBe(topics.replace(`['crm']`, `['crm','billing',]`));
  expect(addTopicGroup(topics, 'orders', 'billing')).toBe(topics.replace('[]', `['billing',]`));
});

it.each([
  ['a topic that is not there', topics, 'payments'],
  ['groups that are no list', `const orders = { name: 'orders', groups }`, 'orders'],
])('says what the file lacks: %s', (_, text, topic) => {
  expect(() => addTopicGroup(text, topic, 'billing')).toThrow(
    `libs/contracts/src/topics.ts has no { name: '${topic}', groups: […] } to add the group to.`,
  );
});
