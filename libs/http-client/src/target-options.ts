import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { type BreakerOptions, wrongBreakerOption } from './breaker/breaker-options.ts';
import type { CallOutcome } from './classification.ts';
import type { HttpAnswer } from './http-target.ts';
import { type RateLimit, wrongRateLimit } from './quota/rate-limit.ts';

export interface TargetOptions {
  /** Stable name, used in metrics, spans and logs: `notification`. */
  readonly name: string;
  /** Http or https; may have a path, which goes before that of each request. */
  readonly baseUrl: string;
  /** For each call, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Until the request goes out, waiting for a free connection included. @default the call's whole time */
  readonly connectTimeoutMs?: number | undefined;
  /** From then until the answer begins. @default the call's whole time */
  readonly headersTimeoutMs?: number | undefined;
  /** From then until it ends. @default the call's whole time */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Whether the API does once what it is told twice with the same `Idempotency-Key`. Where it does not, no key is sent, and a
   * call that may have been acted on is not made again: its record becomes a dead letter. @default true
   */
  readonly idempotent?: boolean;
  /** What to make of an answer; where it says nothing, its status decides, see docs/classification.md. @default its status decides */
  readonly classify?: ((answer: HttpAnswer) => CallOutcome | undefined) | undefined;
  /** When calls are held back because they fail; `false`: never. @default see {@link BreakerOptions} */
  readonly breaker?: BreakerOptions | false | undefined;
  /**
   * What the API bears of the whole consumer group; each instance takes its share of it, see docs/quotas.md. For one consumer:
   * two that share a target must each have their own, with a part of the quota. @default only 429 slows calls down
   */
  readonly quota?: RateLimit | undefined;
  /** Sent as bearer token. @default none is sent */
  readonly token?: string | undefined;
  /**
   * Open at most: a consumer's concurrency, to have each call carried at once. Each is an open file: the process's limit of
   * those (`ulimit -Hn`) must be above the sum. @default 1_024
   */
  readonly connections?: number;
  /**
   * Calls that may wait for a connection, in turn, while their time runs. More are refused at once, with `API_UNREACHABLE`,
   * and a consumer starts none until some have gone. @default 4_096
   */
  readonly waiting?: number;
  /**
   * How long an idle connection is kept. Must be well below the server's own limit: a call sent just when the server hangs
   * up fails, and nobody knows whether it was acted on. Servers' `Keep-Alive` hints shorten it.
   * @default 1_500, below the 5 s of Node servers and the 2 s of gunicorn
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * How long a connection is used. The address is asked for when one is made, so a change in DNS has been followed after
   * this time, and new servers have got their share of calls. Each connection gets from half of it to all of it, so that
   * they are not all made again at once. @default 60_000
   */
  readonly connectionTtlMs?: number;
  /**
   * For how long the API honours an idempotency key, from the first call with it. A dead letter is not replayed after that
   * unless an operator insists: the API might act twice. @default 86_400_000, a day
   */
  readonly keyTtlMs?: number;
  /** Certificates to trust, in PEM. @default those that Node trusts, with those of the file `NODE_EXTRA_CA_CERTS` */
  readonly ca?: string | undefined;
  /** For calls that bring no log of their own. */
  readonly log: Logger;
}

/** {@link TargetOptions.keyTtlMs} where an API's owner does not say otherwise: that of many. */
export const defaultKeyTtlMs = 86_400_000;

/** Node's timers run at once when asked to wait longer. */
const maxTimerMs = 2 ** 31 - 1;

/** The base URL of valid options; throws `CONFIG_INVALID`, naming the field and, but for secrets, the value received. */
export function checkTargetOptions({
  name,
  baseUrl,
  timeoutMs,
  connectTimeoutMs = 1,
  headersTimeoutMs = 1,
  bodyTimeoutMs = 1,
  breaker = {},
  quota,
  connections = 1,
  waiting = 1,
  keepAliveTimeoutMs = 1,
  connectionTtlMs = 1,
  keyTtlMs = 1,
  token,
}: TargetOptions): URL {
  const wrong = (what: string) => new ServiceError('CONFIG_INVALID', `target ${name}: ${what}`);
  for (const [field, value] of Object.entries({
    timeoutMs,
    connectTimeoutMs,
    headersTimeoutMs,
    bodyTimeoutMs,
    connections,
    waiting,
    keepAliveTimeoutMs,
    connectionTtlMs,
  })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > maxTimerMs)
      throw wrong(`${field} must be a whole number from 1 to ${maxTimerMs} (received ${value})`);
  }
  if (!Number.isSafeInteger(keyTtlMs) || keyTtlMs < 1)
    throw wrong(`keyTtlMs must be a whole number of at least 1 (received ${keyTtlMs})`);
  const wrongBreaker = breaker && wrongBreakerOption(breaker);
  if (wrongBreaker) throw wrong(wrongBreaker);
  const wrongQuota = quota && wrongRateLimit(quota);
  if (wrongQuota) throw wrong(wrongQuota);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) throw wrong('token must be visible ASCII characters');
  const url = URL.parse(baseUrl);
  if (url && isPlainHttp(url)) return url;
  throw wrong(`baseUrl must be an http or https URL without credentials, query or fragment${received(baseUrl)}`);
}

function isPlainHttp({ protocol, username, password, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}

/** What has an @ in it may hold a password. */
const received = (url: string) => (url.includes('@') ? '' : ` (received ${url})`);
