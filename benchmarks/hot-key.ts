import type { Benchmark } from './benchmark.ts';
import { hotKeyRun } from './engine/hot-key-run.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';

const records = 20_000;
const keyCounts = [1_000, 10_000];
const concurrencies = [100, 1_000];
const partitionCounts = [1, 8];
const answers = [10, 50];

/** What the engine's order of calls costs a hot key, in a time in which nothing but the calls takes any. */
export const hotKey: Benchmark = {
  name: 'hot-key',
  what: "share of the shortest possible time, set by the hot key's own calls, that the engine comes to",
  run: async () => {
    const rows = [];
    for (const partitions of partitionCounts) for (const keys of keyCounts) rows.push(await row(partitions, keys));
    console.log(`\n${hotKey.name}: ${hotKey.what}`);
    console.log(`machine   ${machine()}`);
    console.log(`versions  Node ${process.versions.node}`);
    console.log(
      `setup     ${records.toLocaleString('en')} records, keys by Zipf's law (exponent 1); source and time in memory`,
    );
    printColumns(
      loads().map(({ concurrency, answerMs }) => `C ${concurrency}, ${answerMs} ms`),
      rows,
    );
    console.log(
      '1.000: the hot key was called without a pause. What handling an event takes beside its call is not in it.',
    );
  },
};

function loads(): readonly { readonly concurrency: number; readonly answerMs: number }[] {
  return concurrencies.flatMap((concurrency) => answers.map((answerMs) => ({ concurrency, answerMs })));
}

async function row(partitions: number, keys: number) {
  const cells: string[] = [];
  for (const load of loads()) cells.push((await hotKeyRun({ records, keys, partitions, ...load })).toFixed(3));
  return { label: `${keys.toLocaleString('en')} keys, partitions: ${partitions}`, cells };
}
