import { fileURLToPath } from 'node:url';
import { startChild, type Child } from './start-child.ts';

/** Starts a script of ours on this Node, with what the environment is to have beside; resolves with its first line of output. */
export function startNode(script: URL, env: Readonly<Record<string, string>> = {}): Promise<Child> {
  return startChild({ command: process.execPath, args: [fileURLToPath(script)], env });
}
