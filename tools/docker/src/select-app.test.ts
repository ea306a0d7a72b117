import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectApp } from './select-app.ts';

describe('selectApp', () => {
  let root = '';
  let out = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'millrace-select-'));
    out = join(root, 'out');
    write('package.json', { workspaces: ['apps/*', 'libs/*', 'e2e'], devDependencies: { vitest: '1.0.0' } });
    write('package-lock.json', { lockfileVersion: 3 });
    write('.npmrc', '');
    addPackage('apps/shop', { '@x/near': '1.0.0', 'third-party': '1.0.0' }, { '@x/harness': '1.0.0' });
    addPackage('apps/other', { '@x/unrelated': '1.0.0' });
    addPackage('libs/near', { '@x/far': '1.0.0' }, { '@x/harness': '1.0.0' });
    addPackage('libs/far', { '@x/near': '1.0.0' });
    for (const name of ['harness', 'unrelated']) addPackage(`libs/${name}`);
    addPackage('e2e', { '@x/shop': '1.0.0' });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, content: unknown): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
  }

  function addPackage(folder: string, dependencies: object = {}, devDependencies: object = {}): void {
    write(`${folder}/package.json`, { name: `@x/${folder.split('/').at(-1)}`, dependencies, devDependencies });
    write(`${folder}/src/index.ts`, `// ${folder}`);
    write(`${folder}/tsconfig.json`, {});
  }

  const selected = () =>
    readdirSync(join(out, 'sources'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(join(out, 'sources/').length))
      .toSorted();

  it('takes the app and what it needs, through other packages too, and nothing that only tests need', () => {
    selectApp('shop', root, out);
    expect(selected()).toEqual(
      ['apps/shop', 'libs/far', 'libs/near'].flatMap((folder) => [`${folder}/package.json`, `${folder}/src/index.ts`]),
    );
  });

  it('has npm read the lock file, and manifests without development dependencies', () => {
    selectApp('shop', root, out);
    const manifest = (folder: string): unknown =>
      JSON.parse(readFileSync(join(out, 'manifests', folder, 'package.json'), 'utf8'));
    expect(manifest('.')).toEqual({ workspaces: ['apps/*', 'libs/*', 'e2e'] });
    expect(manifest('apps/shop')).toEqual({
      name: '@x/shop',
      dependencies: { '@x/near': '1.0.0', 'third-party': '1.0.0' },
    });
    expect(existsSync(join(out, 'manifests', 'libs/harness'))).toBe(false);
    expect(readFileSync(join(out, 'manifests', 'package-lock.json'), 'utf8')).toBe('{"lockfileVersion":3}');
  });

  it('names the apps there are when asked for another', () => {
    expect(() => selectApp('near', root, out)).toThrow('No app "near"; APP is one of other, shop.');
    expect(existsSync(out)).toBe(false);
  });
});
