import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace; `folder` is relative to the root. */
interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Copies what an image of one app is made of from the repository `root` into `out`, in the same layout:
 *
 * - `manifests/`: what `npm ci` reads, without development dependencies, so that it installs the app's packages and no more;
 * - `sources/`: the app and the packages of the workspace that it needs, directly or through another.
 */
export function selectApp(app: string, root: string, out: string): void {
  const packages = packagesOf(root);
  const needed = closure(app, packages);
  const manifests = join(out, 'manifests');
  const sources = join(out, 'sources');
  for (const folder of ['.', ...needed]) writeManifest(folder, root, manifests);
  for (const file of ['package-lock.json', '.npmrc']) cpSync(join(root, file), join(manifests, file));
  for (const folder of needed) {
    for (const part of ['package.json', 'src']) {
      cpSync(join(root, folder, part), join(sources, folder, part), { recursive: true });
    }
  }
}

function packagesOf(root: string): readonly Package[] {
  const { workspaces = [] } = readManifest(root);
  const files = globSync(
    workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  );
  return files.map(dirname).map((folder) => ({ folder, manifest: readManifest(join(root, folder)) }));
}

/** The folders of the app and of what it needs. */
function closure(app: string, packages: readonly Package[]): ReadonlySet<string> {
  const start = packages.find(({ folder }) => folder === join('apps', app));
  if (!start) throw new Error(`No app ${JSON.stringify(app)}; APP is one of ${appsIn(packages).join(', ')}.`);
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const folders = new Set<string>();
  const add = ({ folder, manifest }: Package): void => {
    if (folders.has(folder)) return;
    folders.add(folder);
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const dependency = byName.get(name);
      if (dependency) add(dependency);
    }
  };
  add(start);
  return folders;
}

const appsIn = (packages: readonly Package[]): readonly string[] =>
  packages
    .filter(({ folder }) => dirname(folder) === 'apps')
    .map(({ folder }) => basename(folder))
    .toSorted();

function writeManifest(folder: string, root: string, manifests: string): void {
  const { devDependencies: _, ...manifest } = readManifest(join(root, folder));
  mkdirSync(join(manifests, folder), { recursive: true });
  writeFileSync(join(manifests, folder, 'package.json'), JSON.stringify(manifest, null, 2));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
