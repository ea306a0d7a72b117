import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../root.ts';
import type { AppConfig, ConfigFields } from './configuration-page.ts';

/** What every service understands, as libs/service exports it. */
export function loadCommonConfig(): Promise<ConfigFields> {
  return loadFields('libs/service/src/index.ts', 'commonConfig');
}

/** The `config` of each app that has a `src/config.ts`, by the app's name. */
export async function loadAppConfigs(): Promise<readonly AppConfig[]> {
  const apps = (await readdir(join(root, 'apps'))).filter((app) => existsSync(join(root, configOf(app)))).toSorted();
  return Promise.all(apps.map(async (app) => ({ app, fields: await loadFields(configOf(app), 'config') })));
}

const configOf = (app: string) => `apps/${app}/src/config.ts`;

/** By path, at run time: tools import neither libraries nor apps. */
async function loadFields(file: string, name: string): Promise<ConfigFields> {
  const exports = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
  const fields = exports[name];
  if (typeof fields !== 'object' || fields === null) throw new Error(`${file} exports no object named ${name}`);
  return fields as ConfigFields;
}
