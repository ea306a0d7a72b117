import { fileURLToPath } from 'node:url';
import { findJava, LaunchError } from '@millrace/launcher';
import { buildJavaPeer } from '../java/build-java-peer.ts';
import { javaCommand } from '../java/java-command.ts';
import { orMissing } from '../or-missing.ts';
import type { Peer, PeerCommand } from '../peer.ts';

/** The release in pom.xml. */
export const parallelConsumerVersion = '0.5.3.3';

const name = 'parallel-consumer';
const folder = fileURLToPath(new URL('.', import.meta.url));

/** Confluent's Parallel Consumer: a thread for each call, which Apache's HTTP client makes. */
export const parallelConsumerCore = peer('core', 'ParallelConsumerCore');
/** The same with its Vert.x module, whose client makes the calls. */
export const parallelConsumerVertx = peer('vertx', 'ParallelConsumerVertx');

function peer(module: string, mainClass: string): Peer {
  return {
    name: `${name}-${module}`,
    version: parallelConsumerVersion,
    order: 'key',
    prepare: (onProgress) => orMissing(() => prepare(mainClass, onProgress)),
  };
}

async function prepare(mainClass: string, onProgress: (what: string) => void): Promise<PeerCommand> {
  const java = await findJava(process.env);
  if ('missing' in java) throw new LaunchError(java.missing);
  const classPath = await buildJavaPeer({ name, folder, java: java.command, release: 17, onProgress });
  return javaCommand(java.command, classPath, mainClass);
}
