import type { Clock } from '@millrace/messaging';
import { type GroupLease, partitionKey } from '@millrace/messaging/membership';
import type { Logger } from '@millrace/telemetry';
import { checkBroker } from '../connection/check-broker.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { pause } from '../connection/pause.ts';
import type { Pulse } from './pulse.ts';
import type { RecordSourceSettings } from '../source/record-source-settings.ts';
import { StuckLeases } from './stuck-leases.ts';

export interface MemberWatchOptions {
  readonly connection: KafkaConnection;
  readonly settings: Pick<RecordSourceSettings, 'silentAfterMs' | 'replacedAfterMs'>;
  readonly clock: Pick<Clock, 'mark'>;
  readonly log: Logger;
  readonly pulse: Pulse;
  readonly leases: () => readonly GroupLease[];
  /** Another client is to take the place of this one. */
  readonly hopeless: () => void;
}

/** Of the shortest time that matters. */
const looksPerSilence = 6;

/**
 * Notices what tells nobody: a client that has stopped to poll without an error, and a partition that does not move although
 * there is more of it. It says so, tries what can be tried, and has the client replaced in the end. While Kafka answers nobody
 * there is nothing to do but wait.
 */
export class MemberWatch {
  readonly #options: MemberWatchOptions;
  readonly #stuck = new StuckLeases();
  readonly #startedMs: number;
  readonly #said = new Set<string>();

  constructor(options: MemberWatchOptions) {
    this.#options = options;
    this.#startedMs = options.clock.mark();
  }

  /** Undefined while Kafka answers, else what people should know. */
  silence(): string | undefined {
    const { pulse, settings } = this.#options;
    const ms = pulse.quietMs;
    return ms > settings.silentAfterMs ? `Kafka has not answered for ${Math.round(ms / 1_000)} s` : undefined;
  }

  /** Until `signal` is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { silentAfterMs } = this.#options.settings;
    while (!signal.aborted) {
      await pause(silentAfterMs / looksPerSilence, signal);
      if (!signal.aborted && !(await this.#isSilent())) this.#lookAtLeases();
    }
  }

  async #isSilent(): Promise<boolean> {
    const { pulse, settings } = this.#options;
    const silentMs = () => pulse.silentMs(this.#startedMs);
    if (silentMs() < settings.silentAfterMs) return false;
    if (!(await this.#brokerAnswers())) pulse.away();
    else this.#tryAgain('the client', silentMs(), () => undefined);
    return true;
  }

  #lookAtLeases(): void {
    const { clock, settings, leases } = this.#options;
    const stuck = this.#stuck.look(leases(), clock.mark()).filter(({ ms }) => ms >= settings.silentAfterMs);
    const names = new Set(stuck.map(({ lease }) => partitionKey(lease)));
    for (const said of this.#said) if (!names.has(said)) this.#said.delete(said);
    for (const { lease, ms } of stuck) this.#tryAgain(partitionKey(lease), ms, () => lease.align());
  }

  #tryAgain(what: string, ms: number, attempt: () => void): void {
    const { log, settings, hopeless } = this.#options;
    const seconds = Math.round(ms / 1_000);
    if (ms >= settings.replacedAfterMs) {
      log.error(`nothing has come of ${what} for ${seconds} s, although Kafka answers: a new client takes its place`);
      return hopeless();
    }
    if (!this.#said.has(what)) log.warn(`nothing has come of ${what} for ${seconds} s, although Kafka answers`);
    this.#said.add(what);
    attempt();
  }

  async #brokerAnswers(): Promise<boolean> {
    return checkBroker(this.#options.connection).then(
      () => true,
      () => false,
    );
  }
}
