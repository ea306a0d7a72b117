import { readJson, type Tree } from '@nx/devkit';
import type { LockedManifest } from './edits/add-lock-entries.ts';

/** The package.json of a consumer app. */
export interface ConsumerManifest extends LockedManifest {
  readonly private: true;
  readonly type: 'module';
  readonly nx: { readonly tags: readonly string[] };
}

const libraries = ['contracts', 'http-client', 'messaging', 'service'];
const testLibraries = ['testing'];

/** In the version that the workspace has, on its libraries as they are. */
export function manifestOf(app: string, tree: Tree): ConsumerManifest {
  return {
    name: `@millrace/${app}`,
    version: versionIn('package.json', tree),
    private: true,
    license: 'Apache-2.0',
    type: 'module',
    nx: { tags: ['layer:4'] },
    dependencies: versions(libraries, tree),
    devDependencies: versions(testLibraries, tree),
  };
}

const versions = (names: readonly string[], tree: Tree): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [`@millrace/${name}`, versionIn(`libs/${name}/package.json`, tree)]));

const versionIn = (file: string, tree: Tree): string => readJson<{ readonly version: string }>(tree, file).version;
