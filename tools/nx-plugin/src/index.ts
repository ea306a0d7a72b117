import { dirname } from 'node:path';
import type { CreateNodes, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';

/** How Nx calls this plugin. */
export const name = '@millrace/nx-plugin';

/** Gives every package the targets `typecheck`, `lint` and `test` (the tests that need nothing), so that none repeats them. */
export const createNodes: CreateNodes = [
  '{apps/*,libs/*,tools/*,e2e,benchmarks}/package.json',
  (files) => files.map((file) => [file, { projects: { [dirname(file)]: projectIn(dirname(file)) } }] as const),
];

function projectIn(root: string): Pick<ProjectConfiguration, 'projectType' | 'targets'> {
  return {
    projectType: root.startsWith('apps/') ? 'application' : 'library',
    targets: {
      typecheck: cached(`tsc -p ${root}`),
      lint: cached(`oxlint ${root}`, '{workspaceRoot}/oxlint.config.ts'),
      test: cached(
        `vitest run ${root}/ --passWithNoTests`,
        '{workspaceRoot}/vitest.config.ts',
        '{workspaceRoot}/docs/**/*',
      ),
    },
  };
}

/** A command whose result holds until the package, what it imports, a third-party version or one of `inputs` changes. */
function cached(command: string, ...inputs: string[]): TargetConfiguration {
  return { command, cache: true, inputs: ['default', '^production', ...inputs] };
}
