import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolders, readManifest } from './packages.ts';
import { createScratchWorkspace, type ScratchWorkspace } from './scratch-workspace.ts';

/** What the linter says about a file. */
export interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
}

/** The packages, tags and rules of the workspace, and of the code only what `lint` is given. */
export interface LintWorkspace {
  /** Lints the packages with these files in them, by path; each package also has a `src/index.ts`. */
  lint(files: Readonly<Record<string, string>>): Promise<readonly Finding[]>;
  remove(): Promise<void>;
}

const rules = ['nx.json', 'oxlint.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json', '.gitignore'];
const plugin = 'tools/nx-plugin/src/index.ts';

/** Copies what the linter goes by. */
export async function createLintWorkspace(): Promise<LintWorkspace> {
  const packages = await packageFolders();
  const workspace = await createScratchWorkspace([
    ...rules,
    plugin,
    ...packages.map((path) => `${path}/tsconfig.json`),
  ]);
  const { folder, remove } = workspace;
  for (const path of packages) await writeFile(join(folder, path, 'package.json'), await manifestWithoutOwn(path));
  return {
    lint: async (files) => {
      for (const path of packages) await emptySources(join(folder, path));
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
      return lintIn(workspace);
    },
    remove,
  };
}

/** All but the plugin, without which there are no packages. */
async function emptySources(path: string): Promise<void> {
  const source = join(path, 'src');
  if (join(source, 'index.ts').endsWith(plugin)) return;
  await rm(source, { recursive: true, force: true });
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'index.ts'), 'export const here = true;\n');
}

/** Without the workspace's own packages, so that the only way from one to another is an import of the test. */
async function manifestWithoutOwn(path: string): Promise<string> {
  const manifest = await readManifest(path);
  const thirdParty = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !name.startsWith('@millrace/'));
  return JSON.stringify({ ...manifest, dependencies: Object.fromEntries(thirdParty), devDependencies: {} });
}

interface Report {
  readonly diagnostics: readonly { readonly filename: string; readonly code: string; readonly message: string }[];
}

async function lintIn({ run }: ScratchWorkspace): Promise<readonly Finding[]> {
  // the layer rule reads the project graph that the last run of Nx has left
  const graph = await run('nx', 'show', 'projects');
  if (graph.code !== 0) throw new Error(`nx show projects failed:\n${graph.stdout}${graph.stderr}`);
  const { stdout } = await run('oxlint', '--format=json');
  const { diagnostics } = JSON.parse(stdout) as Report;
  return diagnostics.map(({ filename, code, message }) => ({ file: filename, rule: code, message }));
}
