import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyedRequest } from './keyed-request.ts';
import type { NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

/** An adapter under test, on a database of its own. */
export interface UserStoreHarness {
  readonly store: UserStore;
  /** The types of the events in the outbox, by user, in the order of appending. */
  events(): Promise<readonly { readonly userId: string; readonly type: string }[]>;
  close(): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1_000;

function newUser(changes: Partial<NewUser> = {}): NewUser {
  const userId = randomUUID();
  const name = userId.slice(0, 8);
  const registeredAt = new Date().toISOString();
  return { userId, username: name, email: `${name}@example.org`, passwordHash: '$hash', registeredAt, ...changes };
}

const request = (key: string, content = 'content'): KeyedRequest => ({ key, hash: Buffer.from(content) });
const change = (userId: string, email: string) => ({ userId, email, changedAt: new Date().toISOString() });

/** What every adapter of `UserStore` passes. */
export function userStoreSuite(adapter: string, open: () => Promise<UserStoreHarness>): void {
  describe(`users in ${adapter}`, () => {
    let harness: UserStoreHarness;
    let store: UserStore;

    beforeEach(async () => {
      harness = await open();
      ({ store } = harness);
    });
    afterEach(async () => {
      vi.useRealTimers();
      await harness.close();
    });

    const statusOf = async (answer: ReturnType<UserStore['register']>) => (await answer).status;

    it('are stored with their event, and found', async () => {
      const { passwordHash, ...user } = newUser();
      const answer = await store.register({ ...user, passwordHash }, undefined);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([201, user]);
      expect(await store.find(user.userId)).toEqual(user);
      expect(await harness.events()).toEqual([{ userId: user.userId, type: 'UserRegistered' }]);
    });

    it.each(['nobody', randomUUID()])('are not found where there is none: %s', async (userId) => {
      expect(await store.find(userId)).toBeUndefined();
      expect(await statusOf(store.changeEmail(change(userId, 'a@example.org'), undefined))).toBe(404);
    });

    it('have a name and an address of their own, or are not stored, and have no event', async () => {
      const user = newUser({ username: 'Ada Lovelace' });
      await store.register(user, undefined);
      const same = newUser({ username: 'ＡＤＡ lovelace', email: user.email });
      const answer = await store.register(same, undefined);
      expect(answer.status).toBe(409);
      expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ field: 'username' }, { field: 'email' }] });
      const other = await store.register(newUser({ email: user.email }), undefined);
      expect(JSON.parse(other.body)).toMatchObject({ errors: [{ field: 'email' }] });
      expect(await harness.events()).toHaveLength(1);
      expect(await store.find(same.userId)).toBeUndefined();
    });

    it('are one where several want the same name at once', async () => {
      const rivals = Array.from({ length: 8 }, () => newUser({ username: 'ada' }));
      const answers = await Promise.all(rivals.map((user) => statusOf(store.register(user, undefined))));
      expect(answers.filter((status) => status === 201)).toEqual([201]);
      expect(answers.filter((status) => status === 409)).toHaveLength(7);
    });

    it('change their address, with an event, unless it is the same or taken', async () => {
      const [ada, ben] = [newUser(), newUser()];
      await store.register(ada, undefined);
      await store.register(ben, undefined);
      const statuses = [
        await statusOf(store.changeEmail(change(ada.userId, ben.email), undefined)),
        await statusOf(store.changeEmail(change(ada.userId, ada.email), undefined)),
        await statusOf(store.changeEmail(change(ada.userId, 'new@example.org'), undefined)),
      ];
      expect(statuses).toEqual([409, 200, 200]);
      expect(await store.find(ada.userId)).toMatchObject({ email: 'new@example.org' });
      const types = (await harness.events()).filter(({ userId }) => userId === ada.userId).map(({ type }) => type);
      expect(types).toEqual(['UserRegistered', 'UserEmailChanged']);
    });

    it('keep the answer of a keyed request, also a refusal, and repeat it', async () => {
      const user = newUser();
      const answer = await store.register(user, request('a'));
      const repeated = { ...answer, headers: { 'idempotency-replayed': 'true' } };
      expect(await store.replay(request('a'))).toEqual(repeated);
      expect(await store.register(newUser(), request('a'))).toEqual(repeated);
      expect(await statusOf(store.register(newUser({ email: user.email }), request('b')))).toBe(409);
      expect(await store.replay(request('b'))).toMatchObject({ status: 409 });
      expect(await store.replay(request('a', 'other content'))).toMatchObject({ status: 422 });
      expect(await store.replay(request('c'))).toBeUndefined();
      expect(await harness.events()).toHaveLength(1);
    });

    it('are registered once by requests with one key that come at once', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => store.register(newUser(), request('a'))));
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
      expect(await harness.events()).toHaveLength(1);
    });

    it('forget kept answers after a day, a few at once, and take their keys anew', async () => {
      for (const key of ['a', 'b', 'c']) await store.register(newUser(), request(key));
      expect(await store.removeExpired(10)).toBe(0);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + dayMs + 1_000 });
      expect(await store.replay(request('a'))).toBeUndefined();
      expect(await store.removeExpired(2)).toBe(2);
      expect(await statusOf(store.register(newUser(), request('a')))).toBe(201);
      expect(await store.removeExpired(10)).toBeLessThanOrEqual(1);
      expect(await store.replay(request('a'))).toMatchObject({ status: 201 });
    });
  });
}
