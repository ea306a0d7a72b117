import { fileURLToPath } from 'node:url';
import { buildJavaPeer } from '../java/build-java-peer.ts';
import { javaCommand } from '../java/java-command.ts';
import { orMissing } from '../or-missing.ts';
import type { Peer, PeerCommand } from '../peer.ts';
import { java25 } from './java-25.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** KPipe in its key-ordered mode, whose virtual threads call by Apache's HTTP client. `version`: the release in pom.xml. */
export const kpipe: Peer = {
  name: 'kpipe',
  version: '1.18.0',
  order: 'key',
  prepare: (onProgress) => orMissing(() => prepare(onProgress)),
};

async function prepare(onProgress: (what: string) => void): Promise<PeerCommand> {
  const java = await java25(onProgress);
  const classPath = await buildJavaPeer({ name: kpipe.name, folder, java, release: 25, onProgress });
  return javaCommand(java, classPath, 'KPipeKeyOrdered');
}
