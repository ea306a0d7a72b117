import { type PeerSettings, peerSettings } from './settings.ts';

/** Starts a peer, says `ready` when that has resolved, and stops it on SIGTERM. */
export async function runPeer(start: (settings: PeerSettings) => Promise<() => Promise<void>>): Promise<void> {
  const asked = Promise.withResolvers<void>();
  process.once('SIGTERM', () => asked.resolve());
  const stop = await start(peerSettings());
  console.log('ready');
  await asked.promise;
  await stop();
  process.exit();
}
