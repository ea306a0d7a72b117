import { join } from 'node:path';
import { formatFiles, generateFiles, type Tree, writeJson } from '@nx/devkit';
import { editSharedFiles } from './edit-shared-files.ts';
import { finishConsumer } from './finish-consumer.ts';
import { manifestOf } from './manifest-of.ts';
import { type ConsumerOptions, type ConsumerPlan, planConsumer } from './plan-consumer.ts';
import { readWorkspace } from './workspace.ts';

const templates = join(import.meta.dirname, 'templates');

/**
 * `nx g consumer <api> --event <event>`: a consumer app that works as it is, and its entries in the launcher's table,
 * docker-compose.yml, the list of topics and the lock file. A GeneratorError comes before anything is written. What is
 * returned does the rest, once the tree is on the disk.
 */
export async function consumerGenerator(tree: Tree, options: ConsumerOptions): Promise<() => Promise<void>> {
  const plan = planConsumer(options, await readWorkspace(tree.root), tree);
  const manifest = manifestOf(plan.app, tree);
  const shared = editSharedFiles(tree, plan, manifest);
  for (const [file, text] of Object.entries(shared)) tree.write(file, text);
  writeJson(tree, `${plan.folder}/package.json`, manifest);
  writeSources(tree, plan);
  await formatFiles(tree);
  return () => finishConsumer(tree.root, plan, manifest);
}

function writeSources(tree: Tree, plan: ConsumerPlan): void {
  generateFiles(tree, join(templates, 'app'), plan.folder, plan);
  for (const event of plan.events)
    generateFiles(tree, join(templates, 'handler'), `${plan.folder}/src`, { ...plan, ...event });
}
