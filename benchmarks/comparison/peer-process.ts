import { type ProcessUsage, processUsage } from '../support/process-usage.ts';
import { type Child, startChild } from '../support/start-child.ts';
import type { PeerCommand } from '../peers/peer.ts';
import type { PeerSettings } from '../peers/settings.ts';

/** What a peer's process is told. */
export interface PeerTask extends PeerSettings {
  /** Of the API's certificate, where it has one. */
  readonly caFile: string | undefined;
}

/** A peer at work. */
export interface PeerProcess extends Pick<Child, 'pid' | 'ended' | 'tail' | 'kill' | 'stop'> {
  usage(): Promise<ProcessUsage | undefined>;
}

/** Resolves when the peer has said that it is ready. */
export async function startPeer({ command, args, env }: PeerCommand, task: PeerTask): Promise<PeerProcess> {
  const child = await startChild({ command, args, env: { ...environmentOf(task), ...env }, readyLine: 'ready' });
  return { ...child, usage: () => processUsage(child.pid) };
}

function environmentOf({
  brokers,
  topic,
  group,
  url,
  concurrency,
  valueBytes,
  caFile,
}: PeerTask): Record<string, string> {
  return {
    PEER_BROKERS: brokers.join(','),
    PEER_TOPIC: topic,
    PEER_GROUP: group,
    PEER_URL: url,
    PEER_CONCURRENCY: `${concurrency}`,
    PEER_VALUE_BYTES: `${valueBytes}`,
    ...(caFile === undefined ? {} : { PEER_CA: caFile, NODE_EXTRA_CA_CERTS: caFile }),
  };
}
