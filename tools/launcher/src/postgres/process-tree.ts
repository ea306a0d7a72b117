import { readFile } from 'node:fs/promises';
import { runCommand } from '../processes/run-command.ts';

/**
 * Sends a signal to a process and its children, which are process groups of their own. The parent is stopped first, so that
 * it neither makes more nor reacts to their end.
 */
export async function signalTree(pid: number, name: NodeJS.Signals): Promise<void> {
  send(pid, 'SIGSTOP');
  for (const child of await childrenOf(pid)) send(child, name);
  send(pid, name);
  if (name !== 'SIGSTOP') send(pid, 'SIGCONT');
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => undefined);
  const text = listed ?? (await runCommand('pgrep', ['-P', String(pid)], { env: process.env })).output;
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
