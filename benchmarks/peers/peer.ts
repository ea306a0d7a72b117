/**
 * Something that turns the records of a topic into HTTP calls, in a process of its own, side by side with the others.
 *
 * Its process is told all in the environment: PEER_BROKERS (`host:port[,host:port]`), PEER_TOPIC, PEER_GROUP, PEER_URL (where
 * to POST), PEER_CONCURRENCY (calls at the same time at most), and PEER_CA (a PEM file to trust) where the URL is https.
 * It reads the topic from its oldest record as a member of the group. Each record becomes one POST: the value as it is, with
 * `content-type: application/json` and `idempotency-key`, which is the text of the record's header `ce_id`. It commits, writes
 * the line `ready` once it has connected, and goes on until SIGTERM.
 */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Whether calls of one key come one at a time and in order. */
  readonly order: 'key' | 'partition' | 'none';
  /** Obtains or builds what it needs, into the cache; rejects with {@link PeerMissing} where that cannot be had here. */
  prepare(onProgress: (what: string) => void): Promise<PeerCommand>;
}

export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long it runs before it is as fast as it gets: JVMs compile meanwhile. @default 0 */
  readonly warmUpMs?: number;
}

/** Why a peer is left out of a run, for the table. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing';
}
