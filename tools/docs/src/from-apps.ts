import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.ts';

/** Something that an app exports, and the app's name. */
export interface FromApp<Value> {
  readonly app: string;
  readonly value: Value;
}

/** What each app that has a `src/<name>.ts` exports from it as `name`, by the names of the apps. */
export async function fromApps<Value>(name: string): Promise<readonly FromApp<Value>[]> {
  const fileOf = (app: string) => `apps/${app}/src/${name}.ts`;
  const apps = (await readdir(join(root, 'apps'))).filter((app) => existsSync(join(root, fileOf(app)))).toSorted();
  return Promise.all(apps.map(async (app) => ({ app, value: await exportOf<Value>(fileOf(app), name) })));
}

/** By path, at run time: nobody imports an app. */
async function exportOf<Value>(file: string, name: string): Promise<Value> {
  const exports = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
  if (exports[name] === undefined) throw new Error(`${file} exports nothing named ${name}`);
  return exports[name] as Value;
}
