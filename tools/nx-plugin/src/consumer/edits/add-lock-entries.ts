/** A package.json as far as a lock file repeats it. */
export interface LockedManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * A lock file of npm with one more package of the workspace, none of whose dependencies is new: what `npm install` would
 * make of it, without asking a registry.
 */
export function addLockEntries(text: string, folder: string, manifest: LockedManifest): string {
  const lock = JSON.parse(text) as { readonly packages: Readonly<Record<string, object>> };
  const { name, version, license, dependencies, devDependencies } = manifest;
  const packages = {
    ...lock.packages,
    [folder]: { name, version, license, dependencies, devDependencies },
    [`node_modules/${name}`]: { resolved: folder, link: true },
  };
  return `${JSON.stringify({ ...lock, packages: sorted(packages) }, null, 2)}\n`;
}

/** As npm sorts them. */
const sorted = (packages: Readonly<Record<string, object>>): Readonly<Record<string, object>> =>
  Object.fromEntries(Object.entries(packages).toSorted(([one], [other]) => one.localeCompare(other, 'en')));
