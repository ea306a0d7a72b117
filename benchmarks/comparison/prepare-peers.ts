import type { OnProgress } from '@millrace/launcher';
import { allPeers } from '../peers/all-peers.ts';
import { type Peer, PeerMissing } from '../peers/peer.ts';
import type { Entry } from './run-scenario.ts';

/** Builds what the peers need, one after the other; what cannot be had says why. `only`: their names, or none for all. */
export async function preparePeers(
  only: readonly string[],
  longestWarmUpMs: number,
  onProgress: OnProgress,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const peer of allPeers.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const what = `peer ${peer.name}`;
    onProgress({ what, state: 'waiting' });
    const entry = await prepare(peer, longestWarmUpMs, (detail) => onProgress({ what, state: 'waiting', detail }));
    const { missing } = entry;
    onProgress({ what, ...(missing === undefined ? { state: 'done' } : { state: 'failed', detail: missing }) });
    entries.push(entry);
  }
  return entries;
}

async function prepare(peer: Peer, longestWarmUpMs: number, onProgress: (what: string) => void): Promise<Entry> {
  try {
    const { warmUpMs = 0, ...command } = await peer.prepare(onProgress);
    return { peer, command: { ...command, warmUpMs: Math.min(warmUpMs, longestWarmUpMs) } };
  } catch (error) {
    if (error instanceof PeerMissing) return { peer, missing: error.message };
    throw error;
  }
}
