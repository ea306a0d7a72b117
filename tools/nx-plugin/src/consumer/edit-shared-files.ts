import type { Tree } from '@nx/devkit';
import { addComposeService, composeFile } from './edits/add-compose-service.ts';
import { addLauncherEntry, launcherTable } from './edits/add-launcher-entry.ts';
import { addLockEntries, type LockedManifest } from './edits/add-lock-entries.ts';
import { addTopicGroup, topicsFile } from './edits/add-topic-group.ts';
import type { ConsumerPlan } from './plan-consumer.ts';

/** The new texts of the files that name every consumer. A GeneratorError where one of them has no place for another. */
export function editSharedFiles(
  tree: Tree,
  plan: ConsumerPlan,
  manifest: LockedManifest,
): Readonly<Record<string, string>> {
  const read = (file: string): string => tree.read(file, 'utf8') ?? '';
  const topics = new Set(plan.events.map(({ topic }) => topic));
  return {
    [launcherTable]: addLauncherEntry(read(launcherTable), plan),
    [composeFile]: addComposeService(read(composeFile), plan),
    [topicsFile]: [...topics].reduce((text, topic) => addTopicGroup(text, topic, plan.api), read(topicsFile)),
    'package-lock.json': addLockEntries(read('package-lock.json'), plan.folder, manifest),
  };
}
