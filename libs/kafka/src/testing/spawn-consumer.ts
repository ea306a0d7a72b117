import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Call, ConsumerSpec } from './consumer-protocol.ts';

const program = fileURLToPath(new URL('./consumer-process.ts', import.meta.url));

/** A consumer in a process of its own. */
export interface SpawnedConsumer {
  readonly name: string;
  /** What it wrote on stderr, its log from `warn` on included. */
  stderr(): string;
  /** Sends a signal; resolves when the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts it, and hands over each call as it comes. Whoever starts it ends it. */
export function spawnConsumer(spec: ConsumerSpec, called: (call: Call) => void): SpawnedConsumer {
  const child = fork(program, [JSON.stringify(spec)], { execArgv: [], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const exited = once(child, 'exit');
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.on('message', (call: Call) => called(call));
  const end = async (signal: NodeJS.Signals) => {
    if (isAlive(child)) child.kill(signal);
    await exited;
  };
  return { name: spec.name, stderr: () => stderr, end };
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
