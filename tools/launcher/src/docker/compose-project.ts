import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/**
 * Compose's project for one service of the system that keeps its data in `folder`: its own, so that it shares neither container
 * nor volume with systems beside it or with the one that `docker compose up` brings up in the root folder.
 */
export function composeProject(service: string, folder: string): string {
  return `millrace-${service}-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 10)}`;
}
