import { describe, expect, it } from 'vitest';
import { encodeClaims } from './claims.ts';
import { cooperativeAssignor } from './cooperative-assignor.ts';

const topic = 'orders';
const places = (partitions: readonly number[]) => partitions.map((partition) => ({ topic, partition }));

/** Who gets what, of so many partitions, by what they own and are about to let go of. */
function shares(count: number, holdings: Readonly<Record<string, { owned?: number[]; draining?: number[] }>>) {
  const members = Object.entries(holdings).map(([memberId, { owned = [], draining = [] }]) => ({
    memberId,
    topics: [topic],
    userData: encodeClaims({ owned: places(owned), draining: places(draining) }, 1),
  }));
  const assignments = cooperativeAssignor(members, places(Array.from({ length: count }, (_, partition) => partition)));
  return Object.fromEntries(Array.from(assignments, ([id, share]) => [id, share.map(({ partition }) => partition)]));
}

it('shares out evenly what nobody holds', () => {
  const { a, b, c } = shares(8, { a: {}, b: {}, c: {} });
  expect([a?.length, b?.length, c?.length]).toEqual([3, 3, 2]);
  expect(new Set([a, b, c].flat())).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
});

it('leaves members what they own, also where it does not come out even', () => {
  expect(shares(3, { a: { owned: [2] }, b: { owned: [0, 1] } })).toEqual({ a: [2], b: [0, 1] });
});

it('gives nobody what one member is to hand over to another, in this generation', () => {
  expect(shares(4, { a: { owned: [0, 1, 2, 3] }, b: {} })).toEqual({ a: [0, 1], b: [] });
});

it('gives nobody what a member is still letting go of', () => {
  expect(shares(4, { a: { owned: [0, 1], draining: [2] }, b: {} })).toEqual({ a: [0, 1], b: [3] });
});

it('gives what was let go of to who has least', () => {
  expect(shares(4, { a: { owned: [0, 1] }, b: {} })).toEqual({ a: [0, 1], b: [2, 3] });
});

it('gives out no partition that is not there', () => {
  expect(shares(1, { a: { owned: [0, 5] } })).toEqual({ a: [0] });
});

it('gives a partition to none but those that have subscribed to its topic, and counts all that each has', () => {
  const member = (memberId: string, topics: string[]) => ({
    memberId,
    topics,
    userData: encodeClaims({ owned: [], draining: [] }, 1),
  });
  const payments = [0, 1, 2, 3].map((partition) => ({ topic: 'payments', partition }));
  const assignments = cooperativeAssignor(
    [member('old', [topic]), member('new', [topic, 'payments'])],
    [...places([0, 1, 2, 3]), ...payments],
  );
  expect(new Set(assignments.get('old'))).toEqual(new Set(places([0, 1, 2, 3])));
  expect(assignments.get('new')).toEqual(payments);
});

it('counts what cannot be read as no claim at all', () => {
  const members = ['', '{', '[]', '{"owned":7}', '{"owned":{"orders":["1"]}}'].map((userData, at) => ({
    memberId: `m${at}`,
    topics: [topic],
    userData,
  }));
  const assignments = cooperativeAssignor(members, places([0, 1, 2, 3, 4]));
  expect(Array.from(assignments.values(), (share) => share.length)).toEqual([1, 1, 1, 1, 1]);
});

it('reads the claims of a later version that says more', () => {
  const userData = '{"version":2,"owned":{"orders":[1]},"draining":{},"rack":"a","count":3}';
  const { a, b } = Object.fromEntries(
    cooperativeAssignor(
      [
        { memberId: 'a', topics: [topic], userData: encodeClaims({ owned: [], draining: [] }, 1) },
        { memberId: 'b', topics: [topic], userData },
      ],
      places([0, 1]),
    ),
  );
  expect([a, b]).toEqual([places([0]), places([1])]);
});

describe('partitions that go with those of another topic', () => {
  const replays = 'orders.billing.replay';
  type Held = Readonly<Record<string, readonly number[]>>;
  const listed = (held: Held = {}) =>
    Object.entries(held).flatMap(([name, numbers]) => numbers.map((partition) => ({ topic: name, partition })));

  /** Who gets what of both topics, by what is held. */
  function pairs(members: Readonly<Record<string, { owned?: Held; draining?: Held; topics?: string[] }>>, count = 4) {
    const joined = Object.entries(members).map(([memberId, { owned, draining, topics = [topic, replays] }]) => ({
      memberId,
      topics,
      userData: encodeClaims({ owned: listed(owned), draining: listed(draining) }, 1),
    }));
    const numbers = Array.from({ length: count }, (_, partition) => partition);
    const all = listed({ [topic]: numbers, [replays]: numbers });
    const sourceOf = (name: string) => (name === replays ? topic : undefined);
    const of = (share: readonly { topic: string; partition: number }[], name: string) =>
      share.filter((each) => each.topic === name).map(({ partition }) => partition);
    return Object.fromEntries(
      Array.from(cooperativeAssignor(joined, all, sourceOf), ([id, share]) => [
        id,
        { [topic]: of(share, topic), [replays]: of(share, replays) },
      ]),
    );
  }

  it('are shared out with them', () => {
    const { a, b } = pairs({ a: {}, b: {} });
    expect(a).toEqual({ [topic]: a?.[replays], [replays]: a?.[topic] });
    expect(b).toEqual({ [topic]: b?.[replays], [replays]: b?.[topic] });
    expect([a?.[topic]?.length, b?.[topic]?.length]).toEqual([2, 2]);
  });

  it('come to whoever has the others, when they are new', () => {
    expect(pairs({ a: { owned: { [topic]: [0, 1] } }, b: { owned: { [topic]: [2, 3] } } })).toEqual({
      a: { [topic]: [0, 1], [replays]: [0, 1] },
      b: { [topic]: [2, 3], [replays]: [2, 3] },
    });
  });

  it('keep both from others while a member lets go of one of two', () => {
    const a = { owned: { [topic]: [0, 1], [replays]: [0, 1] }, draining: { [replays]: [2, 3] } };
    expect(pairs({ a, b: {} })).toEqual({
      a: { [topic]: [0, 1], [replays]: [0, 1] },
      b: { [topic]: [], [replays]: [] },
    });
  });

  it('are taken back from a member that has them alone', () => {
    const held = { a: { owned: { [topic]: [0] } }, b: { owned: { [replays]: [0] } } };
    expect(pairs(held, 1)).toEqual({ a: { [topic]: [0], [replays]: [] }, b: { [topic]: [], [replays]: [] } });
  });

  it('are given to nobody where the member with the others does not read them', () => {
    expect(pairs({ old: { topics: [topic] } }, 2)).toEqual({ old: { [topic]: [0, 1], [replays]: [] } });
  });
});
