import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../environment.ts';
import { silence } from '../progress.ts';
import { executable } from '../testing/executable.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { obtainSchemathesis } from './obtain-schemathesis.ts';

/** Makes "virtual environments" that hold another such Python, notes what it is asked to do, and runs `pip` for pip. */
const python = (version: string, pip: string) => `
case "$1 $2" in
  "-c "*) echo ${version} ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "venv" >> "$NOTES" ;;
  "-m pip") echo "$@" >> "$NOTES"; ${pip} ;;
esac`;

interface Machine {
  readonly env: Environment;
  readonly cached: () => readonly string[];
  readonly notes: () => string;
}

function machine(): Machine {
  const folder = temporaryFolder();
  const env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache'), NOTES: join(folder, 'notes') };
  return {
    env,
    cached: () => readdirSync(join(folder, 'cache', 'millrace')),
    notes: () => readFileSync(env.NOTES, 'utf8'),
  };
}

function install({ env }: Machine, pip = 'true', version = '3.11.7'): Promise<string> {
  executable(env['PATH']?.split(':')[0] ?? '', 'python3', { sh: python(version, pip) });
  return obtainSchemathesis({ env, onProgress: silence });
}

describe('schemathesis', () => {
  it('is installed once, as the requirements pin it', async () => {
    const here = machine();
    const path = await install(here);
    expect(await install(here)).toBe(path);
    expect(path).toMatch(/cache\/millrace\/schemathesis-[\da-f]{16}\/bin\/python$/);
    expect(here.notes().match(/^venv$/gm)).toHaveLength(1);
    expect(here.notes()).toMatch(/^-m pip install .*--require-hashes -r .*tools\/schemathesis\/requirements\.txt$/m);
  });

  it('is installed anew for another Python', async () => {
    const here = machine();
    expect(await install(here, 'true', '3.13.0')).not.toBe(await install(here));
  });

  it('that could not be installed leaves nothing behind, and says why', async () => {
    const here = machine();
    const failing = install(here, 'echo "ERROR: No matching distribution found for x" && echo more && exit 1');
    await expect(failing).rejects.toThrow('schemathesis could not be installed: ERROR: No matching distribution found');
    expect(here.cached()).toEqual([]);
  });

  it('is whole even where two install it at once', async () => {
    const here = machine();
    const [one, other] = await Promise.all([install(here), install(here)]);
    expect(one).toBe(other);
    expect(here.cached()).toHaveLength(1);
  });

  it('whose installation broke off is installed by the next run', async () => {
    const here = machine();
    const abort = new AbortController();
    executable(here.env['PATH']?.split(':')[0] ?? '', 'python3', { sh: python('3.11.7', 'exec sleep 600') });
    const onProgress = () => abort.abort(new Error('Ctrl-C'));
    await expect(obtainSchemathesis({ env: here.env, onProgress, signal: abort.signal })).rejects.toThrow('Ctrl-C');
    expect(await install(here)).toContain('schemathesis-');
  });
});
