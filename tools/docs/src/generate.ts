import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commonConfig } from '@millrace/service';
import { type ConfigFields, configurationPage } from './configuration-page.ts';
import { fromApps } from './from-apps.ts';
import { root } from './root.ts';

// Writes the generated pages; with --check it only compares and exits with 1 where one is stale.
const pages: Readonly<Record<string, () => Promise<string>>> = {
  'docs/configuration.md': async () => configurationPage(commonConfig, await fromApps<ConfigFields>('config')),
};

for (const [file, page] of Object.entries(pages)) {
  const text = await page();
  if (!process.argv.includes('--check')) {
    await writeFile(join(root, file), text);
  } else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== text) {
    console.error(`${file} is stale: run \`node tools/docs/src/generate.ts\` and commit what it writes`);
    process.exitCode = 1;
  }
}
