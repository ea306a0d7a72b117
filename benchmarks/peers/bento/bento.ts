import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGo, cachedFolder, findOnPath, LaunchError } from '@millrace/launcher';
import { orMissing } from '../or-missing.ts';
import type { Peer, PeerCommand } from '../peer.ts';
import { sourceHash } from '../source-hash.ts';

const env = process.env;
const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = ['main.go', 'bento.yaml', 'go.mod', 'go.sum'].map((name) => join(folder, name));
const buildLimitMs = 900_000;

/** Bento from Kafka to HTTP. It has no order by key: one partition's calls run one at a time, or in no order. `version`: in go.mod. */
export const bento: Peer = {
  name: 'bento',
  version: '1.19.0',
  order: 'none',
  prepare: (onProgress) => orMissing(() => prepare(onProgress)),
};

async function prepare(onProgress: (what: string) => void): Promise<PeerCommand> {
  if ((await findOnPath('go', env)) === undefined) throw new LaunchError('no Go (go is not on PATH)');
  const onPackages = (count: number): void => onProgress(`${count} packages downloaded or compiled`);
  const options = { name: bento.name, folder, package: '.', env, onPackages, limitMs: buildLimitMs };
  const built = await cachedFolder(`bento-${await sourceHash(sources)}`, env, async (into) => {
    await buildGo({ ...options, target: join(into, 'bento') });
  });
  return { command: join(built, 'bento'), args: [] };
}
