import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { LaunchError } from '@millrace/launcher';
import { meanPerSecond } from '@millrace/http-client/testing';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { startCountingApi } from './quota/counting-api.ts';
import { keptAfterMs, phaseFigures } from './quota/phase-figures.ts';
import {
  type Course,
  cutPerSecond,
  partitions,
  perSecond,
  runPhases,
  settlingMs,
  tricklePerSecond,
} from './quota/run-phases.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';

/** How far a group keeps to a quota, and uses it, while its instances come and go. */
export const quota: Benchmark = {
  name: 'quota',
  what: `${perSecond} calls a second shared by 1, 3, 2 instances, all work in one partition, an API that cuts it: most in a second, used, 429s`,
  run: async (args) => {
    const asked = readArguments(args);
    await measureAlone('quota', (bench) => measure(bench, asked));
  },
};

interface Asked {
  /** Of each phase, once it has settled. */
  readonly seconds: number;
  /** Where to keep what the API saw. */
  readonly keep: string | undefined;
}

function readArguments(args: readonly string[]): Asked {
  const options = {
    seconds: { type: 'string' },
    short: { type: 'boolean', default: false },
    keep: { type: 'string' },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const seconds = Number(values.seconds ?? (values.short ? 8 : 20));
  if (!(seconds > 0)) throw new LaunchError(`quota takes --seconds above 0 (received ${values.seconds}), or --short.`);
  return { seconds, keep: values.keep };
}

async function measure(bench: Bench, { seconds, keep }: Asked): Promise<string> {
  const api = await startCountingApi();
  try {
    const course = await runPhases(bench, api, seconds * 1_000);
    if (keep !== undefined) await writeFile(keep, JSON.stringify(course));
    return describe(course, seconds);
  } finally {
    await api.stop();
  }
}

/** Of what the API takes after the cut: a try beyond it now and then is part of finding out. */
const mostOfCut = 110;
const mostRefused = 10;

const columns = [
  'instances',
  'most in a second',
  'used, settled',
  'used, with the change',
  '429',
  'most made in a second',
  'made to arrived, ms: p99.9, max',
  'taken by the host',
];

function describe(course: Course, seconds: number): string {
  const rows = course.phases.map((phase) => {
    const figures = phaseFigures(course.arrivals, phase);
    return [
      phase.label,
      `${figures.mostArrived}`,
      percent(figures.settledPerSecond / perSecond),
      percent(figures.perSecond / perSecond),
      percent(figures.refused, 2),
      `${figures.mostMade}`,
      `${figures.p999Ms.toFixed(0)}, ${figures.maxMs.toFixed(0)}`,
      phase.stolen === undefined ? '–' : percent(phase.stolen),
    ];
  });
  const conditions = `Quota of ${perSecond} a second, ${partitions} partitions, calls of 20 to 80 ms; ${seconds} s of each phase count as settled, the ${settlingMs / 1_000} s after its change do not. In one partition: beside ${tricklePerSecond} a second everywhere.`;
  return `${conditions}\n\n${markdownTable(columns, rows)}\n\n${describeCut(course)}`;
}

function describeCut({ arrivals, cutMs, endMs }: Course): string {
  const after = arrivals.filter(({ atMs }) => atMs >= cutMs);
  const marksOf = (calls: typeof after) => calls.map(({ atMs }) => atMs);
  const [refused, taken] = [true, false].map((is) => marksOf(after.filter((call) => call.refused === is)));
  const foundAfterMs = Math.max(
    keptAfterMs(marksOf(after), mostOfCut, cutMs),
    keptAfterMs(refused ?? [], mostRefused, cutMs),
  );
  const foundMs = cutMs + foundAfterMs;
  const [before, afterwards] = [true, false].map((is) => refused?.filter((mark) => mark < foundMs === is).length);
  const used = meanPerSecond(taken ?? [], foundMs, endMs) / cutPerSecond;
  return `Cut to ${cutPerSecond} by the API alone: ${(foundAfterMs / 1_000).toFixed(1)} s until no second had more than ${mostOfCut} calls or ${mostRefused} refusals any more; ${before} calls refused until then, and ${afterwards} in the ${((endMs - foundMs) / 1_000).toFixed(0)} s after; ${percent(used)} of it used.`;
}

function percent(part: number, digits = 1): string {
  return `${(100 * part).toFixed(digits)} %`;
}
