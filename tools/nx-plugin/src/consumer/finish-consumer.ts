import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { addLockEntries, type LockedManifest } from './edits/add-lock-entries.ts';
import { GeneratorError } from './generator-error.ts';
import { nextSteps } from './next-steps.ts';
import type { ConsumerPlan } from './plan-consumer.ts';

/** Installs the app as `npm install` would, writes the generated documents anew, and prints what to do next. */
export async function finishConsumer(root: string, plan: ConsumerPlan, manifest: LockedManifest): Promise<void> {
  await installConsumer(root, plan, manifest);
  await writeDocuments(root, plan);
  console.log(nextSteps(plan));
}

/** The link comes first: npm trusts its list of what is installed only where that is younger than what it lists. */
async function installConsumer(root: string, { folder }: ConsumerPlan, manifest: LockedManifest): Promise<void> {
  const link = join(root, 'node_modules', manifest.name);
  await rm(link, { force: true });
  await symlink(relative(dirname(link), join(root, folder)), link);
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed))
    await writeFile(installed, addLockEntries(await readFile(installed, 'utf8'), folder, manifest));
}

async function writeDocuments(root: string, { app }: ConsumerPlan): Promise<void> {
  const program = 'tools/docs/src/generate.ts';
  try {
    await promisify(execFile)(process.execPath, [program], { cwd: root });
  } catch (error) {
    const output = (error as { readonly stderr?: string }).stderr ?? String(error);
    throw new GeneratorError(`${app} is made, but not in the documents. Run: npm run docs\n${output}`, {
      cause: error,
    });
  }
}
