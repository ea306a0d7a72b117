import type { Deployment } from './deployment.ts';

/**
 * Ends the first process of a container by SIGKILL from the engine's machine, as a crash or the kernel would. It ignores the
 * signal from inside, and after `docker kill` no restart policy applies. A container among the machine's processes sends it, as
 * the engine may be on a machine of its own and its processes another user's.
 */
export async function killHard(deployment: Deployment, pid: number, image: string): Promise<void> {
  const options = [
    '--rm',
    '--network',
    'none',
    '--pid',
    'host',
    '--user',
    '0:0',
    '--cap-drop',
    'ALL',
    '--cap-add',
    'KILL',
  ];
  await deployment.docker('run', ...options, image, 'node', '--eval', `process.kill(${pid}, 'SIGKILL')`);
}
