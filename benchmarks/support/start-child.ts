import { createInterface } from 'node:readline';
import { startProcess } from '@millrace/launcher';

/** A process of the benchmark's. */
export interface Child {
  readonly pid: number;
  /** What it wrote first. */
  readonly firstLine: string;
  /** Resolves with how it ended, when it has: `exit code 1` or `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** The last lines of both its outputs. */
  tail(): readonly string[];
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL if it is still there ten seconds later. */
  stop(): Promise<void>;
}

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The line it is ready with. @default any */
  readonly readyLine?: string;
}

const readyLimitMs = 90_000;
const stopLimitMs = 10_000;
const tailLines = 8;

/** Resolves when the process has written its line; rejects, naming its last lines, when it ends before or takes too long. */
export async function startChild({ command, args, env, readyLine }: ChildCommand): Promise<Child> {
  const running = await startProcess({
    command,
    args,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  const ready = Promise.withResolvers<string>();
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
  };
  for (const output of [running.child.stdout!, running.child.stderr!]) {
    createInterface({ input: output }).on('line', (line) => {
      keep(line);
      if (output === running.child.stdout && (readyLine ?? line) === line) ready.resolve(line);
    });
  }
  const ended = running.exited.then(({ code, signal }) => (signal ? `signal ${signal}` : `exit code ${code}`));
  const why = (what: string) => new Error([what, ...tail].join('\n'));
  const limit = setTimeout(() => ready.reject(why(`not ready in ${readyLimitMs / 1_000} s`)), readyLimitMs);
  void ended.then((how) => ready.reject(why(`it ended with ${how}`)));
  const stop = async () => void (await running.end(stopLimitMs));
  try {
    const firstLine = await ready.promise;
    const kill = async () => {
      running.signal('SIGKILL');
      await running.exited;
    };
    return { pid: running.pid, firstLine, ended, tail: () => tail, kill, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}
