import { randomInt } from 'node:crypto';
import { portIsFree } from './port-is-free.ts';

// Below the ports that kernels give to outgoing connections (Linux from 32768, macOS from 49152): a service that is
// restarted must find its port again, and not in use as the near end of somebody's connection.
const lowest = 20_000;
const highest = 32_000;
const givenOut = new Set<number>();

/** A port that is free on this machine and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (givenOut.has(port)) continue;
    givenOut.add(port);
    if (await portIsFree(port)) return port;
  }
}
