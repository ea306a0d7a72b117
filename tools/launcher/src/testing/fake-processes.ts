import { spawnSync } from 'node:child_process';

/** The ids of the running stand-ins that `parent` started. */
export function fakeProcesses(parent: number): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, ppid, ...command] = line.trim().split(/\s+/);
    return Number(ppid) === parent && command.join(' ').endsWith('testing/fake-app.ts') ? [Number(pid)] : [];
  });
}
