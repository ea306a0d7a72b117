import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@millrace/launcher';
import { createScratchWorkspace, everyFile, type ScratchWorkspace } from '@millrace/nx-plugin/scratch-workspace';
import { createStubApisClient } from '@millrace/testing/stub-apis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, NpmStart, type NpmStartOptions } from './support/npm-start.ts';

const api = 'newcomer';
const app = `apps/${api}-consumer`;

describe('nx g consumer, in a copy of this workspace', () => {
  let workspace: ScratchWorkspace;
  const generate = (name: string, ...args: readonly string[]) =>
    workspace.run('nx', 'g', 'consumer', name, ...args, '--no-interactive');

  beforeAll(async () => {
    workspace = await createScratchWorkspace(await everyFile());
  });
  afterAll(() => workspace.remove());

  it('writes nothing with --dry-run, and nothing where it refuses, which it says in one line', async () => {
    const before = await contents(workspace.folder);
    const shown = await generate(api, '--event', 'UserRegistered', '--dry-run');
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`CREATE ${app}/src/main.ts`) as unknown });
    const refused = await generate(api, '--event', 'NeverHappened');
    expect(refused.code).toBe(1);
    expect(linesOf(refused.stdout + refused.stderr).filter((line) => !line.startsWith(' NX  Generating'))).toEqual([
      expect.stringMatching(/^ NX {3}No event is called NeverHappened\. There are: .*UserRegistered/),
    ]);
    expect(await contents(workspace.folder)).toEqual(before);
  });

  it('makes an app and says what to do next', async () => {
    const { code, stdout, stderr } = await generate(api, '--event', 'UserRegistered');
    expect(code, stderr).toBe(0);
    for (const next of [
      `${app}/src/post-user-registered.ts`,
      'NEWCOMER_API_URL and NEWCOMER_API_TOKEN',
      `curl localhost:8090/effects/${api}`,
    ]) {
      expect(stdout.split('Three things to do next:')[1]).toContain(next);
    }
  });

  it.each([
    ['its own', 'nx', 'run-many', '-t', 'typecheck,lint,test', '-p', `@millrace/${api}-consumer`],
    ['types of what it is added to', 'tsc', '--project', 'tools/launcher'],
    ['tests of what it is added to', 'vitest', 'run', 'libs/contracts', 'tools/launcher/src/docker'],
    ['format', 'prettier', '--check', app, 'docker-compose.yml', 'libs/contracts', 'tools/launcher/src/apps.ts'],
    ['documents', 'node', 'tools/docs/src/generate.ts', '--check'],
  ])('what it makes passes the checks: %s', async (_, program, ...args) => {
    const { code, stdout, stderr } = await workspace.run(program, ...args);
    expect(code, stdout + stderr).toBe(0);
  });

  it('what it makes tells its API of each registration, once', async () => {
    const { folder } = workspace;
    const ports: NpmStartOptions['ports'] = { ...(await freePorts()), NEWCOMER_CONSUMER_PORT: `${await freePort()}` };
    const start = new NpmStart({ folder, ports, dataDir: join(folder, '.millrace/data') });
    try {
      await start.untilPrinted('20 registered, 20 e-mails sent, 20 events tracked');
      expect(start.lines.at(-1)).toContain(`20 calls to ${api}`);
      const effects = await createStubApisClient(`http://127.0.0.1:${ports['STUB_APIS_PORT']}`).effects(api);
      expect(new Set(effects.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(20);
      for (const { path, body, orderKey, idempotencyKey } of effects) {
        expect(path).toBe('/user-registered');
        expect(body).toMatchObject({ type: 'UserRegistered', subject: orderKey });
        expect(idempotencyKey).toMatch(new RegExp(`^${api}-user-registered:[\\w-]{36}$`));
      }
      expect(existsSync(join(folder, '.millrace/logs/npm-ci.log')), 'installed once more').toBe(false);
      start.interrupt();
      await start.exited;
    } finally {
      start.kill();
    }
  });
});

const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

/** A digest of each file by its path, without what tools keep for themselves. */
async function contents(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const own = files.filter((file) => !/\/(\.nx|node_modules\/(?!\.package-lock\.json$))/.test(file));
  const digest = async (file: string) =>
    createHash('sha1')
      .update(await readFile(file))
      .digest('hex');
  return Object.fromEntries(await Promise.all(own.map(async (file) => [file, await digest(file)] as const)));
}
