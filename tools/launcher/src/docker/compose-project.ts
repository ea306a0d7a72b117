import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { root } from '../root.ts';

/**
 * Compose's project for one service of a system: compose's own choice (undefined) for the folder of `npm start`, so that
 * `docker compose ps` in the root shows it, else one of its own, so that systems beside it share neither container nor volume.
 */
export function composeProject(service: string, folder: string): string | undefined {
  const path = resolve(folder);
  if (path.startsWith(join(root, '.millrace'))) return undefined;
  return `millrace-${service}-${createHash('sha256').update(path).digest('hex').slice(0, 10)}`;
}
