import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { isInstalled, isSatisfied } from './is-installed.js';

const wanted = {
  '': {},
  'libs/kafka': { version: '0.1.0' },
  'node_modules/@millrace/kafka': { link: true },
  'node_modules/pino': { version: '10.4.0' },
  'node_modules/@nx/nx-darwin-arm64': { version: '23.2.1', optional: true },
  'node_modules/x/node_modules/x-win32': { version: '1.0.0', os: ['win32'], cpu: ['x64'] },
};
const {
  '': _root,
  'node_modules/@nx/nx-darwin-arm64': _mac,
  'node_modules/x/node_modules/x-win32': _windows,
  ...installed
} = wanted;

it('all but what is for other platforms has to be installed', () => {
  expect(isSatisfied(wanted, installed)).toBe(true);
  expect(isSatisfied(wanted, { 'node_modules/pino': { version: '10.4.0' } })).toBe(false);
});

it('another version, or a package that is no longer wanted, asks for a new installation', () => {
  expect(isSatisfied({ ...wanted, 'node_modules/pino': { version: '10.5.0' } }, installed)).toBe(false);
  expect(isSatisfied(wanted, { ...installed, 'node_modules/left-pad': { version: '1.3.0' } })).toBe(false);
  expect(isSatisfied(wanted, { ...installed, 'node_modules/@millrace/kafka': { version: '0.1.0' } })).toBe(false);
});

it('an installation without npm’s own lock file, or without Node, is a half-finished one', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules/node/bin'), { recursive: true });
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  writeFileSync(join(folder, 'node_modules/node/bin/node'), '');
  expect(isInstalled(folder)).toBe(false);
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  expect(isInstalled(folder)).toBe(true);
  rmSync(join(folder, 'node_modules/node/bin/node'));
  expect(isInstalled(folder)).toBe(false);
});
