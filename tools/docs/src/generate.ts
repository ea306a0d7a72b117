import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commonConfig } from '@millrace/service';
import { asyncapi } from './asyncapi/asyncapi.ts';
import { readSources } from './asyncapi/read-sources.ts';
import { type ConfigFields, configurationPage } from './configuration-page.ts';
import { fromApps } from './from-apps.ts';
import { openApiPages } from './openapi/open-api-pages.ts';
import { root } from './root.ts';
import { yamlPage } from './yaml-page.ts';

// Writes the generated pages; with --check it only compares and exits with 1 where one is stale.
const pages: Readonly<Record<string, () => Promise<string>>> = {
  'docs/asyncapi.yaml': async () =>
    yamlPage(asyncapi(await readSources()), "libs/contracts and the apps' src/published.ts and src/consumer.ts"),
  'docs/configuration.md': async () => configurationPage(commonConfig, await fromApps<ConfigFields>('config')),
  ...(await openApiPages()),
};

for (const [file, page] of Object.entries(pages)) {
  const text = await page().catch((error: unknown) => fail(file, `cannot be made: ${messageOf(error)}`));
  if (text === undefined) continue;
  if (!process.argv.includes('--check')) await writeFile(join(root, file), text);
  else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== text)
    fail(file, 'is stale: run `npm run docs` and commit what it writes');
}

function fail(file: string, why: string): undefined {
  console.error(`${file} ${why}`);
  process.exitCode = 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
