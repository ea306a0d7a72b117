// node .ci/add-up.js <folder> <runner...>: adds up <runner>.json ({ passed, failed, skipped: [{ name, reason }] }) and
// <runner>.exit. A runner that ended badly without saying what failed counts as one failure. The runners themselves have
// printed what they skipped. Plain JavaScript for Node 20.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...runners] = process.argv.slice(2);
const all = runners.map(read);
const sum = (count) => all.reduce((total, counts) => total + count(counts), 0);
const failed = sum((counts) => counts.failed);
const skipped = all.flatMap((counts) => counts.skipped);

const suffix = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`${sum((counts) => counts.passed)} passed, ${failed} failed${suffix}`);
process.exitCode = failed > 0 ? 1 : 0;

function read(runner) {
  const exit = text(`${runner}.exit`)?.trim();
  const counts = countsOf(text(`${runner}.json`));
  const silent = counts.failed === 0 && (exit !== '0' || counts.passed + counts.skipped.length === 0);
  if (silent) console.log(`${runner} ended with exit code ${exit}, and named nothing that failed or was skipped`);
  return silent ? { ...counts, failed: 1 } : counts;
}

function countsOf(json) {
  try {
    return JSON.parse(json);
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}

function text(file) {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
}
