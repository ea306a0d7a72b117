import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readManifest, root } from '../../packages.ts';
import { addLockEntries, type LockedManifest } from './add-lock-entries.ts';

it('writes what npm has written for the consumers there are', async () => {
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8');
  const folder = 'apps/notification-consumer';
  const manifest = (await readManifest(folder)) as LockedManifest;
  const { packages, ...rest } = JSON.parse(lock) as { readonly packages: Record<string, object> };
  const { [folder]: entry, [`node_modules/${manifest.name}`]: link, ...others } = packages;
  expect([entry, link]).not.toContain(undefined);
  const without = JSON.stringify({ ...rest, packages: others });
  expect(addLockEntries(without, folder, manifest)).toBe(lock);
});
