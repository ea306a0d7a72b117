import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Environment } from '../environment.ts';
import { startProcess, type RunningProcess } from './start-process.ts';

export interface CommandOptions {
  readonly env: Environment;
  readonly cwd?: string;
  /** Past it the command is ended, and has failed. */
  readonly limitMs?: number;
  /** Hears each line of both outputs while the command runs. */
  readonly onLine?: (line: string) => void;
  /** Aborted: the command is ended, and `runCommand` rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `ok` means exit code 0. `lines`: what the command printed, both outputs; for a command that cannot be started, why.
 * `output`: what it printed on standard output alone.
 */
export interface CommandResult {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly output: string;
}

const graceMs = 5_000;

/** Runs a command to its end. Failing is a result; only an abort rejects. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const { env, cwd } = options;
  try {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const running = await startProcess({
      command,
      args,
      env,
      stdio: [...stdio],
      ...(cwd === undefined ? {} : { cwd }),
    });
    return await finish(running, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return { ok: false, lines: [(error as Error).message], output: '' };
  }
}

async function finish(running: RunningProcess, { limitMs, onLine, signal }: CommandOptions): Promise<CommandResult> {
  const lines: string[] = [];
  const output: string[] = [];
  const hear = (line: string): void => {
    lines.push(line);
    onLine?.(line);
  };
  const hearOutput = (line: string): void => {
    output.push(line);
    hear(line);
  };
  const endIt = (): void => void running.end(graceMs);
  const limit = limitMs === undefined ? undefined : setTimeout(endIt, limitMs);
  signal?.addEventListener('abort', endIt, { once: true });
  const { stdout, stderr } = running.child;
  const [exit] = await Promise.all([running.exited, read(stdout, hearOutput), read(stderr, hear)]);
  clearTimeout(limit);
  signal?.removeEventListener('abort', endIt);
  signal?.throwIfAborted();
  return { ok: exit.code === 0, lines, output: output.join('\n') };
}

async function read(stream: Readable | null, hear: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const line of createInterface({ input: stream })) hear(line);
}
