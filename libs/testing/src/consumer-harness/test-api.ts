import type { InMemoryAnswer, InMemoryRequest } from '@millrace/http-client/testing';
import type { Clock } from '@millrace/messaging';
import type { HandlerWatch } from './handler-watch.ts';
import type { FullAnswer, ReceivedCall, TestAnswer, TestAnswers, TestCall } from './test-answer.ts';

export interface TestApiPorts {
  readonly clock: Clock;
  readonly watch: HandlerWatch;
  /** Told of each call, as it comes in. */
  readonly called: (call: TestCall) => void;
}

/** An API that does what a test says. */
export class TestApi {
  readonly #name: string;
  readonly #ports: TestApiPorts;
  readonly #next: (call: ReceivedCall) => TestAnswer;

  constructor(name: string, answers: TestAnswers, ports: TestApiPorts) {
    this.#name = name;
    this.#ports = ports;
    this.#next = typeof answers === 'function' ? answers : inOrder(answers);
  }

  /** Answers one request; rejects as a refused connection does. */
  async receive(request: InMemoryRequest): Promise<InMemoryAnswer> {
    const { watch, called } = this.#ports;
    const attempt = watch.current;
    const received = this.#read(request);
    const answer = this.#next(received);
    const call = { ...received, answered: typeof answer === 'object' ? answer.status : answer };
    for (const { calls } of attempt?.hearings ?? []) calls.push(call);
    called(call);
    if (answer === 'refused') throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    if (answer === 'hangs') return watch.whileWaiting(attempt, givenUp(request.signal));
    const full = typeof answer === 'number' ? { status: answer } : answer;
    if (full.afterMs) await watch.whileWaiting(attempt, this.#pass(full.afterMs, request.signal));
    return written(full);
  }

  #read({ method, path, headers, body }: InMemoryRequest): ReceivedCall {
    const { watch, clock } = this.#ports;
    const { attempt = 1, hearings: [oldest] = [] } = watch.current ?? {};
    const { 'order-key': key, 'order-sequence': sequence } = headers;
    return {
      api: this.#name,
      method,
      path,
      json: body === undefined ? undefined : (JSON.parse(body) as unknown),
      headers,
      idempotencyKey: headers['idempotency-key'],
      order: key === undefined ? undefined : { key, sequence: Number(sequence) },
      attempt,
      afterMs: clock.mark() - (oldest?.markMs ?? 0),
    };
  }

  #pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWaiting = this.#ports.clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        stopWaiting();
        reject(signal.reason);
      });
    });
  }
}

function inOrder(answers: readonly [TestAnswer, ...TestAnswer[]]): () => TestAnswer {
  const [first, ...rest] = answers;
  let last = first;
  const left = [first, ...rest];
  return () => (last = left.shift() ?? last);
}

/** Never resolves; rejects once the caller waits no longer. */
function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

function written({ status, headers, json }: FullAnswer): InMemoryAnswer {
  if (json === undefined) return { status, headers };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) };
}
