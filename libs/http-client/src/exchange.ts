import type { Connection, ConnectionUser, ExchangeRequest, ResponseHeaders } from './connection.ts';
import type { CallPhase, CarriedCall, Connections, GiveUpReason } from './connections.ts';
import type { CallContext } from './http-target.ts';
import { type AbortListener, listen, stopListening } from './on-abort.ts';

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Undefined where it is longer than {@link maxAnswerBytes}. */
  readonly body: Buffer | undefined;
}

/** `notSent`: surely not a byte of it. */
export type Unanswered =
  | { readonly kind: `${CallPhase}-timeout` | Exclude<GiveUpReason, 'timed-out'>; readonly notSent?: boolean }
  | { readonly kind: 'failed'; readonly notSent?: boolean; readonly error: Error };

/** How one attempt ended. */
export type ExchangeResult = Answered | Unanswered;

/** What an API says about one small call; more is not read. */
export const maxAnswerBytes = 1024 * 1024;

/** Whose signal may say more each time it is asked for. */
type Cuttable = Pick<CallContext, 'signal'>;

/** Sends one request and tells how it ended. Never rejects. */
export function exchange(connections: Connections, request: ExchangeRequest, call: Cuttable): Promise<ExchangeResult> {
  return new Promise((resolve) => new Exchange(connections, request, resolve).begin(call));
}

/** One request on its way, and in line. There may be thousands; at its end each lets go of all it has. */
export class Exchange implements ConnectionUser, CarriedCall, AbortListener {
  older: CarriedCall | undefined = undefined;
  younger: CarriedCall | undefined = undefined;
  waits = false;
  deadlineMark = 0;
  readonly #connections: Connections;
  #request: ExchangeRequest | undefined;
  #resolve: ((result: ExchangeResult) => void) | undefined;
  #call: Cuttable | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;
  #connection: Connection | undefined = undefined;
  #mayRepeat = false;
  #phase: CallPhase = 'connect';
  #forgetPhase: (() => void) | undefined = undefined;
  #status = 0;
  #headers: ResponseHeaders | undefined = undefined;
  #bytes = 0;
  #first: Buffer | undefined = undefined;
  #chunks: Buffer[] | undefined = undefined;

  constructor(connections: Connections, request: ExchangeRequest, resolve: (result: ExchangeResult) => void) {
    this.#connections = connections;
    this.#request = request;
    this.#resolve = resolve;
  }

  begin(call: Cuttable): void {
    const { signal } = call;
    if (signal.aborted) return this.giveUp('aborted');
    listen(signal, this);
    this.#signal = signal;
    this.#call = call;
    this.#enter('connect');
    this.#connections.take(this);
  }

  carryOn(connection: Connection, { mayRepeat } = { mayRepeat: connection.isMade }): void {
    if (!this.#request) return;
    this.#connection = connection;
    if (this.#call?.signal.aborted) return this.giveUp('aborted');
    this.#mayRepeat = mayRepeat;
    connection.dispatch(this.#request, this);
  }

  aborted(): void {
    this.giveUp('aborted');
  }

  giveUp(reason: GiveUpReason): void {
    const kind = reason === 'timed-out' ? (`${this.#phase}-timeout` as const) : reason;
    this.#end({ kind, notSent: !this.#isSent }, false);
  }

  fail(error: Error): void {
    this.#end({ kind: 'failed', notSent: !this.#isSent, error }, false);
  }

  /** undici is about to write: nothing is written where this throws. A connection may have had to be made since {@link carryOn}. */
  onRequestStart(): void {
    if (this.#call?.signal.aborted) {
      this.giveUp('aborted');
      throw new Error('the call was cut off before it was sent');
    }
    this.#enter('headers');
    this.#request = undefined;
  }

  onResponseStart(_controller: unknown, status: number, headers: ResponseHeaders): void {
    if (this.#phase !== 'body') this.#enter('body');
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxAnswerBytes) return this.#end(this.#answer(undefined), false);
    if (this.#first) (this.#chunks ??= [this.#first]).push(chunk);
    else this.#first = chunk;
  }

  onResponseEnd(): void {
    this.#end(this.#answer(this.#chunks ? Buffer.concat(this.#chunks) : (this.#first ?? nothing)), true);
  }

  onResponseError(controller: unknown, error: Error): void {
    if (controller === null) return this.#end({ kind: 'failed', notSent: true, error }, true);
    if (this.#isSent || !this.#mayRepeat) return this.fail(error);
    this.#repeat();
  }

  get #isSent(): boolean {
    return this.#phase !== 'connect';
  }

  #enter(phase: CallPhase): void {
    this.#phase = phase;
    this.#forgetPhase?.();
    this.#forgetPhase = this.#connections.limit(this, phase);
  }

  /**
   * The connection was found dead before a byte was written, so that the API cannot have seen the request: sent on a fresh
   * one, once. Whatever breaks later may have been acted on, and is for the caller to repeat, with the same idempotency key.
   */
  #repeat(): void {
    const dead = this.#connection;
    if (!dead || !this.#resolve) return;
    this.carryOn(this.#connections.replace(dead), { mayRepeat: false });
  }

  #answer(body: Buffer | undefined): Answered {
    return { kind: 'answered', status: this.#status, headers: this.#headers ?? {}, body };
  }

  #end(result: ExchangeResult, isSound: boolean): void {
    const resolve = this.#resolve;
    if (!resolve) return;
    const connection = this.#connection;
    if (this.#signal) stopListening(this.#signal, this);
    this.#forgetPhase?.();
    this.#forgetPhase = undefined;
    this.#resolve = undefined;
    this.#signal = undefined;
    this.#call = undefined;
    this.#connection = undefined;
    this.#request = undefined;
    this.#headers = undefined;
    this.#first = undefined;
    this.#chunks = undefined;
    this.#connections.release(this, connection, isSound);
    resolve(result);
  }
}

const nothing = Buffer.alloc(0);
