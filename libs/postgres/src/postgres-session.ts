import { Client, type ClientConfig } from 'pg';
import { carryOut } from './postgres-error.ts';
import { type PostgresStatements, statementsOn } from './statements.ts';

export interface SessionOptions {
  /** The session is over, however that came; called once, and not after `close`. */
  readonly onEnded: () => void;
  /** Hears what is notified on channels that the session listens to. @default nobody hears */
  readonly onNotification?: (channel: string, payload: string) => void;
}

/** A connection of its own, for what lives as long as it: advisory locks, LISTEN, settings. */
export interface PostgresSession extends PostgresStatements {
  close(): Promise<void>;
}

/** How long the server waits for a sign of life of a machine that has vanished without a word: about ten seconds. */
const keepAlive = `
  SET tcp_keepalives_idle = 4;
  SET tcp_keepalives_interval = 2;
  SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 10000;
`;

/** Rejects with `DATABASE_UNAVAILABLE`. */
export async function openSession(config: ClientConfig, options: SessionOptions): Promise<PostgresSession> {
  const client = new Client({ ...config, keepAlive: true });
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    options.onEnded();
  };
  // An error is followed by an end; without a listener it would end the process.
  client.on('error', () => undefined);
  client.on('notification', ({ channel, payload = '' }) => options.onNotification?.(channel, payload));
  try {
    await carryOut(() => client.connect());
    await carryOut(() => client.query(keepAlive));
  } catch (error) {
    await closed(client);
    throw error;
  }
  client.on('end', end);
  const close = () => {
    ended = true;
    return closed(client);
  };
  return { ...statementsOn(client), close };
}

const closeTimeoutMs = 2_000;

/** A server that does not answer must not keep us. */
async function closed(client: Client): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, closeTimeoutMs);
  await Promise.race([client.end().catch(() => undefined), late]);
  clearTimeout(timer);
}
