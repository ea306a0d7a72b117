import type { Claim, ClaimRequest, IdempotencyStore } from '@millrace/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** An adapter under test, on a store of its own. */
export interface IdempotencyStoreHarness {
  readonly store: IdempotencyStore;
  /** What another member has: the same keys, by a connection of its own. */
  readonly other: IdempotencyStore;
  /** Lets `ms` pass by the store's clock. */
  pass(ms: number): Promise<void>;
  /** How many keys are stored, forgotten ones that were not removed yet included. */
  size(): Promise<number>;
  /** The same keys after the end of all processes; undefined where they end with the process. */
  readonly reopen?: () => Promise<IdempotencyStoreHarness>;
  close(): Promise<void>;
}

const leaseMs = 1_000;
const ttlMs = 60_000;

function request(key: string, token: string, more: Partial<ClaimRequest> = {}): ClaimRequest {
  return { key, token, leaseMs, ttlMs, lapsed: 'tell', ...more };
}

const state = ({ state: of }: Claim) => of;

/** What every adapter of `IdempotencyStore` passes. */
export function describeIdempotencyStore(adapter: string, open: () => Promise<IdempotencyStoreHarness>): void {
  describe(`the idempotency store in ${adapter}`, () => {
    let harness: IdempotencyStoreHarness;
    let store: IdempotencyStore;
    const use = (opened: IdempotencyStoreHarness) => {
      harness = opened;
      store = opened.store;
    };
    const claim = async (...requests: ClaimRequest[]) => (await store.claim(requests)).map(state);

    beforeEach(async () => use(await open()));
    afterEach(() => harness.close());

    it('gives a key to the first who asks, and tells all others that it is held', async () => {
      expect(await claim(request('a', 'ann'))).toEqual(['fresh']);
      const [held] = await harness.other.claim([request('a', 'bob')]);
      expect(held).toEqual({ state: 'held', forMs: expect.any(Number) as number });
      const { forMs } = held as Extract<Claim, { state: 'held' }>;
      expect(forMs).toBeGreaterThan(0);
      expect(forMs).toBeLessThanOrEqual(leaseMs);
    });

    it('gives a key that many ask for at once to one of them', async () => {
      const asking = Array.from({ length: 20 }, (_, n) => {
        const by = n % 2 ? store : harness.other;
        return by.claim([request('a', `asker ${n}`), request(`own ${n}`, `asker ${n}`)]);
      });
      const states = (await Promise.all(asking)).map((claims) => claims.map(state));
      expect(states.filter(([first]) => first === 'fresh')).toHaveLength(1);
      expect(states.filter(([first]) => first === 'held')).toHaveLength(19);
      expect(states.map(([, own]) => own)).toEqual(Array.from({ length: 20 }, () => 'fresh'));
    });

    it('answers in the order of the request, each key by itself', async () => {
      await store.claim([request('held', 'ann'), request('done', 'ann')]);
      await store.complete(['done'], ttlMs);
      expect(
        await claim(request('z', 'bob'), request('done', 'bob'), request('held', 'bob'), request('b', 'bob')),
      ).toEqual(['fresh', 'done', 'held', 'fresh']);
      expect(await store.claim([])).toEqual([]);
    });

    it('gives a claim again to whoever holds it, with a new lease', async () => {
      await store.claim([request('a', 'ann')]);
      await harness.pass(leaseMs - 100);
      expect(await claim(request('a', 'ann'))).toEqual(['fresh']);
      await harness.pass(leaseMs - 100);
      expect(await claim(request('a', 'bob'))).toEqual(['held']);
    });

    it('remembers for everybody what was done, until its time is over', async () => {
      await store.claim([request('a', 'ann')]);
      await store.complete(['a'], ttlMs);
      await harness.pass(ttlMs - 100);
      expect((await harness.other.claim([request('a', 'bob')])).map(state)).toEqual(['done']);
      expect(await claim(request('a', 'ann', { lapsed: 'take' }))).toEqual(['done']);
      await harness.pass(200);
      expect(await claim(request('a', 'bob'))).toEqual(['fresh']);
    });

    it('takes a call for done, whoever holds its key now', async () => {
      await store.claim([request('a', 'ann')]);
      await harness.pass(leaseMs);
      expect(await claim(request('a', 'bob', { lapsed: 'take' }))).toEqual(['fresh']);
      await store.complete(['a', 'never claimed'], ttlMs);
      expect(await claim(request('a', 'bob'), request('never claimed', 'bob'))).toEqual(['done', 'done']);
    });

    it('gives a key that was released to whoever asks next', async () => {
      await store.claim([request('a', 'ann'), request('b', 'ann')]);
      await store.release([{ key: 'a', token: 'ann' }]);
      expect(await claim(request('a', 'bob'), request('b', 'bob'))).toEqual(['fresh', 'held']);
    });

    it('releases neither the claims of others nor what is done', async () => {
      await store.claim([request('a', 'ann'), request('b', 'ann')]);
      await store.complete(['b'], ttlMs);
      await store.release([
        { key: 'a', token: 'bob' },
        { key: 'b', token: 'ann' },
        { key: 'c', token: 'ann' },
      ]);
      expect(await claim(request('a', 'bob'), request('b', 'bob'))).toEqual(['held', 'done']);
    });

    it('tells of a claim that has lapsed, again and again', async () => {
      await store.claim([request('a', 'ann')]);
      await harness.pass(leaseMs);
      expect(await claim(request('a', 'bob'))).toEqual(['lapsed']);
      expect(await claim(request('a', 'cleo'))).toEqual(['lapsed']);
    });

    it('gives a claim that has lapsed to the first who takes it', async () => {
      await store.claim([request('a', 'ann')]);
      await harness.pass(leaseMs);
      const asking = [store, harness.other].map((by, n) => by.claim([request('a', `asker ${n}`, { lapsed: 'take' })]));
      const states = (await Promise.all(asking)).flat().map(state);
      expect(states.toSorted()).toEqual(['fresh', 'held']);
    });

    it('lets whoever held a claim go on after it has lapsed, unless another took it', async () => {
      await store.claim([request('a', 'ann'), request('b', 'ann')]);
      await harness.pass(leaseMs);
      expect(await claim(request('a', 'ann'))).toEqual(['fresh']);
      expect(await claim(request('b', 'bob', { lapsed: 'take' }))).toEqual(['fresh']);
      expect(await claim(request('b', 'ann'))).toEqual(['held']);
      await store.release([{ key: 'b', token: 'ann' }]);
      expect(await claim(request('b', 'cleo'))).toEqual(['held']);
    });

    it('forgets a lapsed claim when its time is over', async () => {
      await store.claim([request('a', 'ann')]);
      await harness.pass(ttlMs);
      expect(await claim(request('a', 'bob'))).toEqual(['fresh']);
    });

    it('tells keys apart by every character', async () => {
      const keys = ["o'hara", "O'Hara", 'a', 'A', 'a ', ' a', '%', '_', '"', '\\', '{}', 'null', 'x'.repeat(256)];
      expect(await claim(...keys.map((key) => request(key, 'ann')))).toEqual(keys.map(() => 'fresh'));
      expect(await claim(...keys.map((key) => request(key, 'bob')))).toEqual(keys.map(() => 'held'));
    });

    it('takes thousands of keys at once', async () => {
      const requests = Array.from({ length: 5_000 }, (_, n) => request(`key ${n}`, 'ann'));
      expect(new Set(await claim(...requests))).toEqual(new Set(['fresh']));
      await store.complete(
        requests.map(({ key }) => key),
        ttlMs,
      );
      expect(new Set(await claim(...requests))).toEqual(new Set(['done']));
    });

    it('does not grow for ever: what is forgotten is removed while new keys come', async () => {
      const fill = async (from: number) => {
        for (let n = from; n < from + 300; n++) {
          await store.claim([request(`key ${n}`, 'ann')]);
          await store.complete([`key ${n}`], ttlMs);
        }
      };
      await fill(0);
      expect(await harness.size()).toBe(300);
      await harness.pass(ttlMs);
      await fill(300);
      expect(await harness.size()).toBeLessThanOrEqual(320);
    });

    it('knows everything after a restart', async (test) => {
      if (!harness.reopen) return test.skip('it is in the memory of its process');
      await store.claim([request('held', 'ann'), request('done', 'ann')]);
      await store.complete(['done'], ttlMs);
      use(await harness.reopen());
      expect(await claim(request('held', 'bob'), request('done', 'bob'), request('new', 'bob'))).toEqual([
        'held',
        'done',
        'fresh',
      ]);
    });
  });
}
