import type { PeerCommand } from '../peer.ts';

/** Runs a peer with a heap that is no bottleneck, and says how long a JVM takes to compile what runs often. */
export function javaCommand(java: string, classPath: string, mainClass: string): PeerCommand {
  const flags = ['-Xmx512m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  return { command: java, args: [...flags, '-cp', classPath, mainClass], warmUpMs: 30_000 };
}
