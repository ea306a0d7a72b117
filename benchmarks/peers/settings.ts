/** What a peer's process is told; see {@link Peer}. */
export interface PeerSettings {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly url: string;
  readonly concurrency: number;
  /** How long the values are that peers without Kafka make for themselves. */
  readonly valueBytes: number;
}

/** Reads them from the environment; throws for one that is not there. */
export function peerSettings(env: NodeJS.ProcessEnv = process.env): PeerSettings {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    brokers: required('PEER_BROKERS').split(','),
    topic: required('PEER_TOPIC'),
    group: required('PEER_GROUP'),
    url: required('PEER_URL'),
    concurrency: Number(required('PEER_CONCURRENCY')),
    valueBytes: Number(required('PEER_VALUE_BYTES')),
  };
}
