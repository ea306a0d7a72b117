import { Guarantee } from './guarantee.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { RunHistory } from './run-history.ts';

export interface OneEffectOptions {
  /** Whether the API acts once for all calls of a key. */
  readonly apiHonoursKeys: boolean;
}

/** The API acts once. */
export class OneEffect extends Guarantee {
  readonly name = 'one effect';
  readonly definition =
    'An API that honours idempotency keys acts once per key, and a record is not called again once its member has received ' +
    'a 200, while that lives and keeps the partition.';
  readonly #apiHonoursKeys: boolean;
  readonly #effects = new Map<string, RunEventOf<'effect'>>();

  constructor(history: RunHistory, { apiHonoursKeys }: OneEffectOptions) {
    super(history);
    this.#apiHonoursKeys = apiHonoursKeys;
  }

  watch(event: RunEvent): void {
    if (event.kind === 'effect' && this.#apiHonoursKeys) this.#acted(event);
    else if (event.kind === 'call-started') this.#called(event);
  }

  #acted(event: RunEventOf<'effect'>): void {
    const { started } = this.history.call(event.call);
    const { idempotencyKey } = started;
    const first = this.#effects.get(idempotencyKey);
    if (!first) this.#effects.set(idempotencyKey, event);
    else
      this.violated(
        `the API acted twice for ${idempotencyKey}`,
        this.history.call(first.call).started,
        first,
        started,
        event,
      );
  }

  #called(event: RunEventOf<'call-started'>): void {
    const record = this.history.record(event.id);
    const { accepted } = record;
    if (!accepted || accepted.under !== this.history.leaseNow(event.member, record)?.granted) return;
    const what = `${event.member} called ${record.toString()} again after it had received the API's 200`;
    this.violated(what, this.history.call(accepted.event.call).started, accepted.event, event);
  }
}
