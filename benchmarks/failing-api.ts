import { parseArgs } from 'node:util';
import { LaunchError } from '@millrace/launcher';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { whole } from './comparison/result-rows.ts';
import { cases } from './failing-api/cases.ts';
import { columns, keys, latency, type Load, measureCase, partitions } from './failing-api/measure-case.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';

/** What becomes of a steady load while its API fails, and after that. */
export const failingApi: Benchmark = {
  name: 'failing-api',
  what: 'a steady load while its API is down, refuses us, or fails for some: calls, dead letters, order, time to catch up',
  run: async (args) => {
    const asked = readArguments(args);
    await measureAlone('failing-api', (bench) => measure(bench, asked));
  },
};

interface Asked extends Load {
  readonly names: readonly string[];
}

function readArguments(args: readonly string[]): Asked {
  const options = { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '2000' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [seconds, perSecond] = [Number(values.seconds), Number(values.rate)];
  const unknown = positionals.find((name) => !(name in cases));
  if (unknown !== undefined || !(seconds > 0) || !(perSecond > 0))
    throw new LaunchError(
      `failing-api takes the names of cases (${Object.keys(cases).join(', ')}), --seconds and --rate, both above 0.`,
    );
  return { names: positionals.length > 0 ? positionals : Object.keys(cases), seconds, perSecond };
}

async function measure(bench: Bench, { names, ...load }: Asked): Promise<string> {
  const rows: string[][] = [];
  for (const name of names) {
    const asked = cases[name];
    if (asked) rows.push(await measureCase(bench, name, asked, load));
  }
  const conditions = `${whole(load.perSecond)} events/s of ${whole(keys)} keys in ${partitions} partitions, ${latency.median} ms`;
  return `${conditions}; it goes wrong for ${load.seconds} s.\n\n${markdownTable(columns, rows)}`;
}
