import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import type { Environment } from './environment.ts';

/**
 * The folder of that name in the user's cache, which `make` fills where it is missing. It gets its name only when it is
 * complete; two may be made at once, and the first to be complete wins.
 */
export async function cachedFolder(
  name: string,
  env: Environment,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(env), name);
  if (existsSync(folder)) return folder;
  const incomplete = `${folder}.${randomUUID()}`;
  try {
    await mkdir(incomplete, { recursive: true });
    await make(incomplete);
    await rename(incomplete, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
}
