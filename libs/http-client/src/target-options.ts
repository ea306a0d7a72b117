import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';

export interface TargetOptions {
  /** Stable name, used in metrics, spans and logs: `notification`. */
  readonly name: string;
  /** Http or https; may have a path, which goes before that of each request. */
  readonly baseUrl: string;
  /** For each call, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Sent as bearer token. @default none is sent */
  readonly token?: string | undefined;
  /** Open at most; calls beyond wait for one, and their time runs. @default 256 */
  readonly connections?: number;
  /**
   * How long an idle connection is kept. Must be well below the server's own limit: a call sent just when the server hangs
   * up fails, and nobody knows whether it was acted on. Servers' `Keep-Alive` hints shorten it.
   * @default 2_000, below the 5 s of Node servers even when undici's timer is the second late that it may be
   */
  readonly keepAliveTimeoutMs?: number;
  /** For calls that bring no log of their own. */
  readonly log: Logger;
}

/** Node's timers run at once when asked to wait longer. */
const maxTimerMs = 2 ** 31 - 1;

/** The base URL of valid options; throws `CONFIG_INVALID`, naming the field and, but for secrets, the value received. */
export function checkTargetOptions({
  name,
  baseUrl,
  timeoutMs,
  connections = 1,
  keepAliveTimeoutMs = 1,
  token,
}: TargetOptions): URL {
  const wrong = (what: string) => new ServiceError('CONFIG_INVALID', `target ${name}: ${what}`);
  for (const [field, value] of Object.entries({ timeoutMs, connections, keepAliveTimeoutMs })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > maxTimerMs)
      throw wrong(`${field} must be a whole number from 1 to ${maxTimerMs} (received ${value})`);
  }
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
