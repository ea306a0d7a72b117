/** An answer in full. */
export interface FullAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body. @default none */
  readonly json?: unknown;
  /** How long the API takes for it. @default 0 */
  readonly afterMs?: number;
}

/** What an API does with a call: answer with a status, answer in full, never answer, or not even accept the connection. */
export type TestAnswer = number | FullAnswer | 'hangs' | 'refused';

/** What a test sees of a call before it is answered. */
export interface ReceivedCall {
  /** Which API it went to; `api` where there is only one. */
  readonly api: string;
  readonly method: string;
  /** As the handler gave it: without the path of the base URL, with the query. */
  readonly path: string;
  /** The body, undefined where there is none. */
  readonly json: unknown;
  /** As sent, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Idempotency-Key` header; undefined when the handler did not hand on its context. */
  readonly idempotencyKey: string | undefined;
  /** The `Order-Key` and `Order-Sequence` headers. */
  readonly order: { readonly key: string; readonly sequence: number } | undefined;
  /** Which attempt at the event made this call, from 1; of a batch the most of its events'. */
  readonly attempt: number;
  /** From the event's publication to the call, of a batch its first event's, on the test's own clock. */
  readonly afterMs: number;
}

/** One call of an API, and what came back. */
export interface TestCall extends ReceivedCall {
  readonly answered: number | 'hangs' | 'refused';
}

/**
 * The answers to the calls, in order; the last one goes on for all that follow, and without any the API answers 200. So
 * `[503, 202]` is an API that fails once, `[503]` one that is down. As a function: the answer to each call.
 */
export type TestAnswers = readonly [TestAnswer, ...TestAnswer[]] | ((call: ReceivedCall) => TestAnswer);
