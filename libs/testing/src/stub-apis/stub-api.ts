import type { IncomingMessage, ServerResponse } from 'node:http';
import { attributeNames, type Logger, spanNames } from '@millrace/telemetry';
import { trace } from '@opentelemetry/api';
import { type Answer, problem, sendAnswer } from './answer.ts';
import { batchAnswer, batchPath, callsOf, type ItemResult, trackedEvents } from './batch-call.ts';
import { type Call, readCall } from './call.ts';
import type { Clock } from './clock.ts';
import type { Counts } from './counter-table.ts';
import type { Performed } from './effect-table.ts';
import { type Fault, noFault } from './fault.ts';
import { InFlight } from './in-flight.ts';
import { drawLatencyMs } from './latency.ts';
import { readBody } from './read-body.ts';
import { type ApiWatch, SeenCall } from './seen-call.ts';
import type { StubMemory } from './stub-memory.ts';

export interface StubApiOptions {
  readonly name: string;
  readonly memory: StubMemory;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly bodyLimitBytes: number;
  readonly log: Pick<Logger, 'error'> | undefined;
  readonly watch: ApiWatch;
}

/**
 * One API that takes a POST to any path. A call meets the fault first, as in an outage in front of the API; then it is
 * checked, works for the latency, and takes effect at the very end, just before the answer, also where the caller has
 * given up by then. A caller waits, and is in flight, from the arrival of its headers to its answer or its leaving.
 *
 * A repeat of an idempotency key gets the kept answer without latency, since there is no work left to do. Where the
 * first call is still at work, the repeat waits for it: many APIs say 409 then, but the usual sender of such a repeat
 * is a client that timed out, takes any 4xx for a final no, and would give up an event that is about to succeed.
 */
export class StubApi {
  readonly #options: StubApiOptions;
  readonly #inFlight = new InFlight();
  /** The calls at work, by idempotency key. */
  readonly #working = new Map<string, Promise<Answer>>();
  readonly #handling = new Set<Promise<void>>();
  readonly #hanging = new Set<ServerResponse>();
  #fault = noFault;
  #calls = 0;
  #abandoned = false;

  constructor(options: StubApiOptions) {
    this.#options = options;
  }

  get fault(): Fault {
    return this.#fault;
  }

  get inFlight(): number {
    return this.#inFlight.count;
  }

  /** Holds for calls that arrive from now on; those that hang lose their connection. */
  setFault(fault: Fault): void {
    this.#fault = fault;
    this.endHanging();
  }

  endHanging(): void {
    for (const response of this.#hanging) response.destroy();
  }

  /** Resolves when no call is at work; hanging ones are not. */
  async idle(): Promise<void> {
    await Promise.all(this.#handling);
  }

  /** Cuts off whoever still waits; calls at work will have no effect. */
  abandon(): void {
    this.#abandoned = true;
    this.#inFlight.cutOff();
  }

  /** Takes a request over; never throws. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    nameSpan(request, this.#options.name);
    const handling = this.#handle(request, response, path).catch((error: unknown) => {
      this.#options.log?.error({ err: error, api: this.#options.name }, 'stub API failed');
      sendAnswer(response, problem(500, 'The stub itself failed; see its log.'));
    });
    this.#handling.add(handling);
    void handling.then(() => this.#handling.delete(handling));
  }

  async #handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const fault = this.#fault;
    if (fault.mode === 'refuse') return void response.destroy();
    if (request.method !== 'POST') return sendAnswer(response, onlyPost);
    const seen = this.#enter(request, response);
    if (fault.mode === 'hang') return this.#hang(request, response);
    const bytes = await readBody(request, this.#options.bodyLimitBytes);
    if (bytes === 'broken off') return;
    const answer = await this.#answer(request, response, { path, bytes, fault, seen });
    // Now, not when the response is closed: the caller's next call may be here before that.
    this.#inFlight.leave(response);
    if (!response.destroyed) seen.tell({ what: 'answered', status: answer.status });
    sendAnswer(response, answer);
  }

  #enter(request: IncomingMessage, response: ServerResponse): SeenCall {
    const { memory, name, watch } = this.#options;
    memory.count(name, 'calls');
    const seen = new SeenCall({ api: name, call: ++this.#calls }, watch);
    seen.tell(calledBy(request));
    if (this.#inFlight.enter(response, request.headers['order-key']?.toString())) memory.count(name, 'overlaps');
    memory.raisePeak(name, this.#inFlight.count);
    response.once('close', () => {
      this.#inFlight.leave(response);
      if (!response.writableFinished) seen.tell({ what: 'left' });
    });
    return seen;
  }

  #hang(request: IncomingMessage, response: ServerResponse): void {
    this.#hanging.add(response);
    response.once('close', () => this.#hanging.delete(response));
    request.resume();
  }

  async #answer(
    { headers }: IncomingMessage,
    response: ServerResponse,
    { path, bytes, fault, seen }: ReadRequest,
  ): Promise<Answer> {
    const { name: api, random } = this.#options;
    if (bytes === 'too large') return this.#counted('rejections', tooLarge);
    const latencyMs = drawLatencyMs(fault.latencyMs, random);
    const isBatch = path === batchPath;
    const isWhole = !isBatch || fault.failing === 'calls';
    if (isWhole && random() < fault.failureRate) return this.#after(latencyMs, 'failures', failure(fault));
    const read = readCall({ api, path, headers, bytes, ...(isBatch && { bodySchema: trackedEvents }) });
    if ('status' in read) return this.#after(latencyMs, 'rejections', read);
    return isBatch
      ? this.#workAll(callsOf(read), response, { fault, latencyMs, seen })
      : this.#work(keyedAs(fault, read), latencyMs, seen);
  }

  /** The work of a batch takes as long as that of one call. */
  async #workAll(
    calls: readonly Call[],
    response: ServerResponse,
    { fault, latencyMs, seen }: { readonly fault: Fault; readonly latencyMs: number; readonly seen: SeenCall },
  ): Promise<Answer> {
    const { memory, name } = this.#options;
    for (const { orderKey } of calls)
      if (orderKey !== undefined && this.#inFlight.carries(response, orderKey)) memory.count(name, 'overlaps');
    await this.#wait(latencyMs);
    const results = await Promise.all(calls.map((call) => this.#workOne(call, fault, seen)));
    return this.#abandoned ? stopping : batchAnswer(results);
  }

  /** One event of a batch. */
  async #workOne(call: Call, fault: Fault, seen: SeenCall): Promise<ItemResult> {
    const { failing, failureRate, status, retryAfterSeconds } = fault;
    const { idempotencyKey = '' } = call;
    if (failing === 'events' && this.#options.random() < failureRate) {
      await this.#count('failures');
      return { idempotencyKey, status, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
    }
    const answer = await this.#work(keyedAs(fault, call), 0, seen);
    return { idempotencyKey, status: answer.status };
  }

  async #after(latencyMs: number, count: 'failures' | 'rejections', answer: Answer): Promise<Answer> {
    await this.#wait(latencyMs);
    return this.#abandoned ? stopping : this.#counted(count, answer);
  }

  /** No answer leaves before what it counts is saved. */
  async #counted(name: Exclude<keyof Counts, 'peakInFlight'>, answer: Answer): Promise<Answer> {
    await this.#count(name);
    return answer;
  }

  async #count(name: Exclude<keyof Counts, 'peakInFlight'>): Promise<void> {
    const { memory, name: api } = this.#options;
    memory.count(api, name);
    await memory.saved();
  }

  async #work(call: Call, latencyMs: number, seen: SeenCall): Promise<Answer> {
    const key = call.idempotencyKey;
    if (key === undefined) return this.#perform(call, latencyMs, seen);
    const first = this.#working.get(key);
    if (first) {
      await Promise.allSettled([first]);
      return this.#perform(call, 0, seen);
    }
    const workMs = latencyMs > 0 && this.#options.memory.knows(call) ? 0 : latencyMs;
    const working = this.#perform(call, workMs, seen);
    this.#working.set(key, working);
    return working.finally(() => this.#working.delete(key));
  }

  async #perform(call: Call, latencyMs: number, seen: SeenCall): Promise<Answer> {
    await this.#wait(latencyMs);
    if (this.#abandoned) return stopping;
    const { memory, clock } = this.#options;
    const performed = await memory.perform(call, clock.now());
    if (performed.kind === 'effect') seen.tell({ what: 'acted', idempotencyKey: call.idempotencyKey });
    return this.#result(call, performed);
  }

  #result({ api }: Call, performed: Performed): Answer | Promise<Answer> {
    if (performed.kind === 'mismatch') return this.#counted('rejections', keyUsedOtherwise);
    const answer = { status: 200, body: JSON.stringify({ id: `${api}-${performed.id}`, status: 'accepted' }) };
    if (performed.kind === 'effect') return answer;
    return this.#counted('replays', { ...answer, headers: { 'idempotency-replayed': 'true' } });
  }

  async #wait(latencyMs: number): Promise<void> {
    if (latencyMs > 0) await this.#options.clock.wait(latencyMs);
  }
}

/** A request as far as it has been read, and how it is to be answered. */
interface ReadRequest {
  readonly path: string;
  readonly bytes: Buffer | 'too large';
  readonly fault: Fault;
  readonly seen: SeenCall;
}

/** The call as an API takes it that honours idempotency keys, or does not. */
function keyedAs({ idempotencyKeys }: Fault, call: Call): Call {
  return idempotencyKeys === 'honoured' ? call : { ...call, idempotencyKey: undefined };
}

function calledBy({ url = '', headers }: IncomingMessage) {
  const at = url.indexOf('?');
  const sequence = headers['order-sequence'];
  return {
    what: 'called',
    query: at === -1 ? '' : url.slice(at + 1),
    idempotencyKey: headers['idempotency-key']?.toString(),
    orderKey: headers['order-key']?.toString(),
    orderSequence: sequence === undefined ? undefined : Number(sequence),
  } as const;
}

/** Instrumentation knows only the method; the path is in the span's attributes. */
function nameSpan({ method = '' }: IncomingMessage, api: string): void {
  trace.getActiveSpan()?.updateName(spanNames.call(method, api)).setAttribute(attributeNames.api, api);
}

const onlyPost = problem(405, 'This API takes POST only.', { headers: { allow: 'POST' } });
const tooLarge = problem(413, 'The body is too large.');
const stopping = problem(503, 'The stub is stopping.');
const keyUsedOtherwise = problem(422, 'This idempotency key was used for another path or body.');

function failure({ status, retryAfterSeconds }: Fault): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return problem(status, 'This API was told to fail.', { headers });
}
