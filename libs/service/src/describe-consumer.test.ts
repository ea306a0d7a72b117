import { expect, it } from 'vitest';
import { consumerReport, describeConsumer } from './describe-consumer.ts';
import { consumerState, partitionState } from './testing/consumer-state.ts';

it('says in words how a consumer and its partitions are', () => {
  const targets = [
    { name: 'mail', closedForMs: 12_000, breaker: 'open', why: '20 of its last 20 calls failed, the last with 503' },
    { name: 'crm', closedForMs: undefined, breaker: 'closed', why: undefined },
    { name: 'sms', closedForMs: 5, breaker: 'closed', why: undefined },
    { name: 'fax', closedForMs: 5, breaker: 'half-open', why: 'it answered 401' },
  ] as const;
  const report = describeConsumer(consumerState([partitionState()], { targets }));
  expect(report).toEqual({
    group: 'mail',
    membership: 'joined',
    held: '3 records, 4 KiB',
    running: '1 of 256',
    targets: {
      mail: 'closed for 12 s; then one call probes: 20 of its last 20 calls failed, the last with 503',
      crm: 'open',
      sms: 'closed for a moment',
      fax: 'going on step by step: it answered 401',
    },
    partitions: [
      {
        partition: 'user-events/0',
        state: 'reading',
        lag: 50,
        committed: 100,
        next: 120,
        end: 150,
        held: '1 record, 1 KiB',
        running: 1,
        retrying: 0,
        finishedBeyond: 19,
        offsetMap: '42 of 4088 characters',
        oldest: 'offset 100, here for 4 min 12 s, 2 h old',
        keptFor: '2 d 3 h',
      },
    ],
  });
  expect(consumerReport.strict().parse(report)).toEqual(report);
});

it('says why it is not a member of its group', () => {
  expect(describeConsumer(consumerState([], { notJoined: 'Kafka has not answered for 42 s' }))).toMatchObject({
    membership: 'not joined: Kafka has not answered for 42 s',
    partitions: [],
  });
});

it('says why a partition is paused, and leaves out what is not known', () => {
  const [partition] = describeConsumer(
    consumerState([
      partitionState({
        status: 'paused',
        why: 'target closed',
        end: undefined,
        lag: undefined,
        keptForMs: undefined,
        oldest: { offset: 7, heldMs: 1_000, ageMs: undefined },
      }),
    ]),
  ).partitions;
  expect(partition).toMatchObject({ state: 'paused: target closed', oldest: 'offset 7, here for 1 s' });
  expect(Object.keys(partition!)).not.toContain('lag');
  expect(Object.keys(partition!)).not.toContain('keptFor');
});

it('says it where retention may delete what has no outcome', () => {
  const { partitions } = describeConsumer(consumerState([partitionState({ keptForMs: -1 })]));
  expect(partitions).toMatchObject([{ keptFor: 'may be deleted at any time' }]);
});

it('begins with what is not being read, then with what waits longest', () => {
  const heldFor = (heldMs: number) => ({ oldest: { offset: 1, heldMs, ageMs: undefined } });
  const { partitions } = describeConsumer(
    consumerState([
      partitionState({ partition: 0, oldest: undefined }),
      partitionState({ partition: 1, ...heldFor(1_000) }),
      partitionState({ partition: 2, ...heldFor(9_000) }),
      partitionState({ partition: 3, status: 'paused', why: 'full', ...heldFor(10) }),
      partitionState({ partition: 4, oldest: undefined }),
    ]),
  );
  expect(partitions.map(({ partition }) => partition.at(-1))).toEqual(['3', '2', '1', '0', '4']);
});
