import type { KafkaRecord } from '@millrace/messaging';
import type { Appended, Load, Registered } from '@millrace/testing/registrations';
import type { ApiEvidence, AppendedEvent, ServicesEvidence } from './services-evidence.ts';

type ApiName = 'notification' | 'analytics';

const registered = 'UserRegistered';
const changed = 'UserEmailChanged';

/** What a run of the services would leave, told step by step. An event is called by its user and its number: `ada.0`. */
export class ServicesStory {
  readonly #users: { userId: string; username: string }[] = [];
  readonly #answered = new Map<string, Registered>();
  readonly #appended: AppendedEvent[] = [];
  readonly #records: KafkaRecord[] = [];
  readonly #effects: Record<ApiName, Appended[]> = { notification: [], analytics: [] };
  #load: Partial<Load> = {};
  #rest: Partial<ServicesEvidence> = {};

  /** Everything that is to come of a registration and so many changes of address. */
  user(name: string, changes = 0): this {
    this.stored(name).answered(name, changes);
    for (let number = 0; number <= changes; number++) this.appended(`${name}.${number}`).published(`${name}.${number}`);
    this.acted('notification', `${name}.0`);
    for (let number = 0; number <= changes; number++) this.acted('analytics', `${name}.${number}`);
    return this;
  }

  answered(name: string, changes = 0): this {
    this.#answered.set(name, { userId: name, username: name, changes, tookMs: 1 });
    return this;
  }

  stored(name: string, userId = name): this {
    this.#users.push({ userId, username: name });
    return this;
  }

  appended(...events: readonly string[]): this {
    for (const event of events) {
      const { userId, number } = partsOf(event);
      this.#appended.push({ eventId: event, userId, type: number === '0' ? registered : changed });
    }
    return this;
  }

  published(...events: readonly string[]): this {
    for (const event of events) {
      const place = { topic: 'user-events', partition: 0, offset: this.#records.length, timestampMs: 0 };
      const headers = { ce_id: event };
      this.#records.push({ ...place, key: Buffer.from(partsOf(event).userId), value: null, headers });
    }
    return this;
  }

  acted(api: ApiName, ...events: readonly string[]): this {
    for (const event of events) this.#effects[api].push({ eventId: event, userId: partsOf(event).userId });
    return this;
  }

  clients(load: Partial<Load>): this {
    this.#load = load;
    return this;
  }

  also(rest: Partial<ServicesEvidence>): this {
    this.#rest = rest;
    return this;
  }

  get evidence(): ServicesEvidence {
    const api = (name: ApiName, hears: readonly string[]): ApiEvidence => {
      const effects = this.#effects[name];
      return { api: name, hears, effects, calls: effects.length, replays: 0, overlaps: 0 };
    };
    return {
      load: {
        registered: [...this.#answered.values()],
        begun: [...this.#answered.keys()],
        unanswered: 0,
        failedAttempts: 0,
        refused: [],
        answeredOtherwise: [],
        ...this.#load,
      },
      users: this.#users,
      appended: this.#appended,
      records: this.#records,
      apis: [api('notification', [registered]), api('analytics', [registered, changed])],
      ended: [],
      inZombiesHand: [],
      ...this.#rest,
    };
  }
}

function partsOf(event: string): { readonly userId: string; readonly number: string } {
  const [userId = '', number = '0'] = event.split('.');
  return { userId, number };
}
