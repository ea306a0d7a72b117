import type { Deployment } from './deployment.ts';

/** How a running container is confined, as its first process and its kernel see it. */
export interface Confinement {
  /** Its first process. */
  readonly command: string;
  readonly uid: number;
  /** The capabilities that it has, and those that any process of the container may ever have. */
  readonly capabilities: readonly bigint[];
  readonly mayGainPrivileges: boolean;
  /** What came of writing to the root file system. */
  readonly write: string;
  /** Of the kernel's control group. */
  readonly memoryBytes: number;
}

const memoryFiles = '/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes';

/** Looks from inside, by nothing but what every image has. */
export async function readConfinement(deployment: Deployment, service: string): Promise<Confinement> {
  const read = (...files: readonly string[]) => deployment.exec(service, 'cat', ...files);
  const [status, command, memory, write] = await Promise.all([
    read('/proc/1/status'),
    read('/proc/1/cmdline'),
    deployment.exec(service, 'sh', '-c', `cat ${memoryFiles} 2>/dev/null`),
    deployment.exec(service, 'touch', '/written'),
  ]);
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  return {
    command: command.replaceAll('\0', ' ').trim(),
    uid: Number(field('Uid')),
    capabilities: ['CapEff', 'CapBnd'].map((name) => BigInt(`0x${field(name)}`)),
    mayGainPrivileges: field('NoNewPrivs') !== '1',
    write,
    memoryBytes: Number(memory),
  };
}
