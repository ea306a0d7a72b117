import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../environment.ts';
import { guard } from './watchdog.ts';

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd?: string;
  readonly stdio: StdioOptions;
  /** The user and group to run as, for a root that starts what refuses to run as root. @default this process's own */
  readonly uid?: number;
}

/** A process that leads its own process group, so that a terminal's Ctrl-C reaches only the launcher. */
export interface RunningProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  /** Signals the whole group; does nothing when it has ended. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when the process is still there after `graceMs`. Resolves when it has ended. */
  end(graceMs: number): Promise<Exit>;
}

/** Resolves when the command runs; rejects with the system's error (ENOENT, EACCES) when it cannot. It ends when this process does. */
export async function startProcess({ command, args, env, cwd, stdio, uid }: ProcessOptions): Promise<RunningProcess> {
  const place = cwd === undefined ? {} : { cwd };
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(command, args, { env, detached: true, stdio, ...place, ...user });
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await once(child, 'spawn');
  guard(child);
  const pid = child.pid as number;
  const signal = (name: NodeJS.Signals): void => signalGroup(child, pid, name);
  return { pid, child, exited, signal, end: (graceMs) => end(signal, exited, graceMs) };
}

/** `exit code 1` or `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

function signalGroup(child: ChildProcess, pid: number, name: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    // It has ended just now; macOS says EPERM for a group of which only the ended leader is left.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

async function end(signal: RunningProcess['signal'], exited: Promise<Exit>, graceMs: number): Promise<Exit> {
  const impatience = setTimeout(() => signal('SIGKILL'), graceMs);
  signal('SIGTERM');
  // A stopped process would not hear it.
  signal('SIGCONT');
  return exited.finally(() => clearTimeout(impatience));
}
