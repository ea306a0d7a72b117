import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configurationPage } from './docs/configuration-page.ts';
import { loadAppConfigs, loadCommonConfig } from './docs/load-configs.ts';
import { root } from './root.ts';

// Writes docs/configuration.md; with --check it only compares and exits with 1 where the page is stale.
const file = 'docs/configuration.md';
const page = configurationPage(await loadCommonConfig(), await loadAppConfigs());

if (!process.argv.includes('--check')) {
  await writeFile(join(root, file), page);
} else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== page) {
  console.error(`${file} is stale: run \`node tools/launcher/src/generate-docs.ts\` and commit what it writes`);
  process.exitCode = 1;
}
