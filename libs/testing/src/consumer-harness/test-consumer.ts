import type { HttpTarget } from '@millrace/http-client';
import type { ConsumerOptions, EventContract } from '@millrace/messaging';
import { EngineRun, type Occurrence, type TestApiOptions } from './engine-run.ts';
import type { HearOptions } from './event-of.ts';
import type { Heard } from './heard.ts';
import type { TestCall } from './test-answer.ts';

/** An event for {@link TestConsumer.hearAll}. */
export type EventToHear<Data> = readonly [contract: EventContract<Data>, data: Data, options?: HearOptions];

/** A consumer under test. What it hears one after the other, it hears as one running process would. */
export interface TestConsumer {
  /** Publishes an event of the contract; resolves when it has its outcome. */
  hear<Data>(contract: EventContract<Data>, data: NoInfer<Data>, options?: HearOptions): Promise<Heard<Data>>;
  /** The same for data that the contract forbids. */
  hearInvalid(contract: EventContract, data: unknown, options?: HearOptions): Promise<Heard>;
  /** Publishes several at once, in order: those of equal key are handled one after the other, the others side by side. */
  hearAll<const Datas extends readonly unknown[]>(
    ...events: { readonly [Index in keyof Datas]: EventToHear<Datas[Index]> }
  ): Promise<{ readonly [Index in keyof Datas]: Heard<Datas[Index]> }>;
  /** Every call of every API so far, oldest first. */
  readonly calls: readonly TestCall[];
  /** The calls among them that were accepted, without repetitions: one per idempotency key, API and path. */
  readonly effects: readonly TestCall[];
}

/**
 * A consumer, with an API that answers as the test says; no broker, no port, no waiting:
 *
 * ```ts
 * const [user] = userRegistered.examples;
 *
 * it('asks for a welcome e-mail, once', async () => {
 *   const { outcome, calls, event } = await testConsumer(consumer).hear(userRegistered, user);
 *   expect(outcome).toBe('completed');
 *   expect(calls).toEqual([
 *     expect.objectContaining({ method: 'POST', path: '/emails/send', idempotencyKey: `notification:${event.id}` }),
 *   ]);
 * });
 *
 * it('gives up on what the API rejects', async () => {
 *   const { outcome, deadLetter } = await testConsumer(consumer, { answers: [422] }).hear(userRegistered, user);
 *   expect(outcome).toBe('dead-lettered');
 *   expect(deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422, attempts: 1 });
 * });
 * ```
 *
 * Engine, retry policy, target and classification of answers are the real ones, on a clock of their own: waits between
 * attempts and for an API that hangs take no time, and `tookMs` says what they would have taken. Retries have no jitter.
 * `Date`, `setTimeout` and fake timers are the handler's and the test's own affair.
 */
export function testConsumer(
  consumer: (api: HttpTarget) => ConsumerOptions,
  options: TestApiOptions = {},
): TestConsumer {
  return testConsumerOn(({ api }) => consumer(api), { api: options });
}

/**
 * A consumer of several APIs, each by its name:
 *
 * ```ts
 * const test = testConsumerOn(({ crm, billing }) => consumer(crm, billing), { crm: { answers: [503, 200] }, billing: {} });
 * ```
 */
export function testConsumerOn<Name extends string>(
  consumer: (apis: Readonly<Record<Name, HttpTarget>>) => ConsumerOptions,
  apis: Readonly<Record<Name, TestApiOptions>>,
): TestConsumer {
  const run = new EngineRun((targetOf) => {
    const targets = Object.entries<TestApiOptions>(apis).map(([name, options]) => [name, targetOf(name, options)]);
    return consumer(Object.fromEntries(targets) as Record<Name, HttpTarget>);
  });
  const hear = inTurn((occurrences: readonly Occurrence[]) => run.hear(occurrences));
  const hearOne = async (contract: EventContract, data: unknown, options: HearOptions = {}) => {
    const [heard] = await hear([{ contract, data, options }]);
    return heard as Heard<never>;
  };
  return {
    hear: hearOne,
    hearInvalid: hearOne,
    hearAll: async (...events) => {
      const occurrences = events.map(([contract, data, options = {}]) => ({ contract, data, options }));
      return (await hear(occurrences)) as never;
    },
    calls: run.calls,
    get effects() {
      return effectsOf(run.calls);
    },
  };
}

/** `work`, each call of which begins when the one before has ended. */
function inTurn<Input, Result>(work: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const result = last.then(() => work(input));
    last = result.catch(() => undefined);
    return result;
  };
}

function effectsOf(calls: readonly TestCall[]): readonly TestCall[] {
  const accepted = calls.filter(({ answered }) => typeof answered === 'number' && answered >= 200 && answered < 300);
  const effects = new Map<unknown, TestCall>();
  for (const call of accepted) {
    const { api, method, path, idempotencyKey } = call;
    const key = idempotencyKey === undefined ? call : [api, method, path, idempotencyKey].join(' ');
    if (!effects.has(key)) effects.set(key, call);
  }
  return [...effects.values()];
}
