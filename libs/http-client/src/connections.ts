import type { Clock } from '@millrace/messaging';
import { errors } from 'undici';
import type { Connection } from './connection.ts';
import { type InLine, Line } from './line.ts';

/** Why a call ends without anything having gone wrong on a connection; `crowded`: too many wait for one. */
export type GiveUpReason = 'timed-out' | 'aborted' | 'crowded';

/** A call as its connections see it. */
export interface CarriedCall extends InLine<CarriedCall> {
  /** Set when it is taken on. */
  deadlineMark: number;
  /** Its turn has come. */
  carryOn(connection: Connection): void;
  giveUp(reason: GiveUpReason): void;
  fail(error: Error): void;
}

/** What a call is waiting for: to be sent, for its answer to begin, for its answer to end. */
export type CallPhase = 'connect' | 'headers' | 'body';

/** How long each may take, in ms; one that is not given is bound by the whole call's time alone. */
export type PhaseTimeouts = { readonly [Phase in CallPhase]?: number | undefined };

export interface ConnectionsOptions {
  readonly open: () => Connection;
  /** Open at most. */
  readonly connections: number;
  /** Calls that may wait for one. */
  readonly waiting: number;
  /** From the moment a call is taken on to its end. */
  readonly timeoutMs: number;
  readonly phaseTimeouts?: PhaseTimeouts;
  readonly clock: Clock;
}

/** What calls under way get to end by themselves when their connections are closed. */
const closeGraceMs = 500;

/**
 * The connections to one API, and the calls that use or await them. Those that are free lie on a stack: the one used last
 * is the surest to be alive still, and what is not needed ages at the bottom until it is closed.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #calls = new Line<CarriedCall>();
  readonly #all = new Set<Connection>();
  readonly #free: Connection[] = [];
  #serving = false;
  #stopTimer: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Whether a call would be refused now, because too many wait. */
  get isCrowded(): boolean {
    const { connections, waiting } = this.#options;
    return this.#free.length === 0 && this.#all.size >= connections && this.#calls.waiting >= waiting;
  }

  /** Takes on `call`, which is carried now or in its turn, ends at its deadline at the latest, and is released once. */
  take(call: CarriedCall): void {
    if (this.#closed) return call.fail(new errors.ClientClosedError('the connections are closed'));
    if (this.isCrowded) return call.giveUp('crowded');
    const connection = this.#calls.waiting > 0 ? undefined : this.#obtain();
    call.deadlineMark = this.#options.clock.mark() + this.#options.timeoutMs;
    this.#calls.join(call, !connection);
    this.#stopTimer ??= this.#options.clock.after(this.#options.timeoutMs, () => this.#endOverdue());
    if (connection) call.carryOn(connection);
  }

  /** `call` enters a phase; where that has a time of its own, returns what takes back its end. */
  limit(call: CarriedCall, phase: CallPhase): (() => void) | undefined {
    const ms = this.#options.phaseTimeouts?.[phase];
    return ms === undefined ? undefined : this.#options.clock.after(ms, () => call.giveUp('timed-out'));
  }

  /** `call` has ended; its connection is kept where it is as good as before. */
  release(call: CarriedCall, connection: Connection | undefined, isSound: boolean): void {
    this.#calls.leave(call);
    if (connection) this.#giveBack(connection, isSound);
    if (this.#calls.oldest) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#whenIdle?.();
  }

  /** A fresh connection in place of one that turned out to be dead. */
  replace(dead: Connection): Connection {
    this.#drop(dead);
    return this.#add();
  }

  /** Takes on no more calls; cuts off those that do not end soon. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  #obtain(): Connection | undefined {
    return this.#free.pop() ?? (this.#all.size < this.#options.connections ? this.#add() : undefined);
  }

  #add(): Connection {
    const connection = this.#options.open();
    this.#all.add(connection);
    return connection;
  }

  #drop(connection: Connection): void {
    this.#all.delete(connection);
    void connection.close();
  }

  #giveBack(connection: Connection, isSound: boolean): void {
    if (isSound && !connection.isSpent) this.#free.push(connection);
    else this.#drop(connection);
    if (this.#calls.waiting > 0) this.#serveSoon();
  }

  /**
   * Not at once: where a call fails without being sent, so may the next, and each within the other, thousands deep. Besides,
   * undici looks for bytes that nobody asked for only between an answer and a request given to it later.
   */
  #serveSoon(): void {
    if (this.#serving) return;
    this.#serving = true;
    process.nextTick(() => this.#serve());
  }

  #serve(): void {
    this.#serving = false;
    while (this.#calls.waiting > 0) {
      const connection = this.#obtain();
      if (!connection) return;
      this.#calls.nextWaiting()?.carryOn(connection);
    }
  }

  #endOverdue(): void {
    this.#stopTimer = undefined;
    const { clock } = this.#options;
    const mark = clock.mark();
    for (let call = this.#calls.oldest; call && call.deadlineMark <= mark; call = this.#calls.oldest)
      call.giveUp('timed-out');
    const { oldest } = this.#calls;
    if (oldest) this.#stopTimer ??= clock.after(oldest.deadlineMark - mark, () => this.#endOverdue());
  }

  async #close(): Promise<void> {
    await this.#idleWithin(closeGraceMs);
    const all = [...this.#all];
    for (let call = this.#calls.oldest; call; call = this.#calls.oldest)
      call.fail(new errors.ClientDestroyedError('the connections are closed'));
    await Promise.all(all.map((connection) => connection.close()));
  }

  async #idleWithin(ms: number): Promise<void> {
    if (!this.#calls.oldest) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle = resolve;
    const stopWaiting = this.#options.clock.after(ms, resolve);
    await promise;
    stopWaiting();
  }
}
