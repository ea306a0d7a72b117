import { createProgressPrinter, LaunchError, type OnProgress } from '@millrace/launcher';
import { startTelemetry } from '@millrace/telemetry/start';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import type { Benchmark } from './benchmark.ts';
import { type Cost, type Load, measure } from './engine/measure.ts';
import { concurrency, engineAlone, type Subject, wholeConsumer } from './engine/subjects.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';
import { quantile } from './support/quantile.ts';

const subjects: readonly { readonly subject: Subject; readonly records: number }[] = [
  { subject: engineAlone, records: 100_000 },
  { subject: wholeConsumer, records: 10_000 },
];
const partitionCounts = [1, 12];
const keyCounts = [10, 1_000, 100_000];
const backlogs = [1, 1_000, 1_000_000];
const rounds = 5;

/** What the engine costs per record, without Kafka and without HTTP, and whether that grows with the backlog or the keys. */
export const engine: Benchmark = {
  name: 'engine',
  what: 'microseconds a record of the delivery engine, alone and with all that a consumer adds, by backlog and keys',
  run: async ([spans, ...rest]) => {
    const recorded = spans === 'recorded';
    if (rest.length > 0 || (spans !== undefined && !recorded))
      throw new LaunchError(`engine takes "recorded", for spans that are recorded, or nothing.`);
    const telemetry = startTelemetry({
      service: 'benchmark',
      spanProcessors: recorded ? [new NoopSpanProcessor()] : [],
    });
    const progress = createProgressPrinter(process.stderr);
    try {
      print(await measureAll(progress.onProgress), recorded);
    } finally {
      progress.stop();
      await telemetry.stop();
    }
  },
};

/** A line of the table, and what was measured in each column. */
interface Series {
  readonly label: string;
  readonly cells: readonly { readonly subject: Subject; readonly load: Load; readonly costs: Cost[] }[];
}

/** Rounds take turns, so that all see the same machine. The first warms up, and counts for nothing. */
async function measureAll(onProgress: OnProgress): Promise<readonly Series[]> {
  const all = allSeries();
  const what = 'measuring';
  for (let round = 0; round <= rounds; round++) {
    onProgress({ what, state: 'waiting', detail: round === 0 ? 'warming up' : `round ${round} of ${rounds}` });
    for (const { subject, load, costs } of all.flatMap(({ cells }) => cells)) {
      const cost = await measure(subject, load);
      if (round > 0) costs.push(cost);
    }
  }
  return all;
}

function allSeries(): readonly Series[] {
  return subjects.flatMap(({ subject, records }) =>
    partitionCounts.flatMap((partitions) =>
      keyCounts.map((keys) => {
        const label = `${subject.name}, ${count(partitions, 'partition')}, ${count(keys, 'key')}`;
        const cells = backlogs.map((backlog) => ({ subject, load: { records, backlog, keys, partitions }, costs: [] }));
        return { label, cells };
      }),
    ),
  );
}

function print(all: readonly Series[], recorded: boolean): void {
  console.log(`\n${engine.name}: microseconds a record, best / median of ${rounds} rounds that take turns`);
  console.log(`machine   ${machine()}`);
  console.log(`versions  Node ${process.versions.node}`);
  console.log(
    `setup     order by key, ${count(concurrency, 'call')} at a time, answered in the next turn of the event loop; source in memory; commits on`,
  );
  const span = recorded ? 'a span that is recorded and dropped' : 'its trace, of which nothing is recorded';
  console.log(`          consumer: with reading the event, checking its data, and ${span}`);
  printCosts('by the clock on the wall', all, ({ elapsed }) => elapsed);
  printCosts('of the processor, for its thread: what else the machine does counts less', all, ({ cpu }) => cpu);
  console.log('backlog: records that no call has begun for; past what may be held in memory, the source keeps them');
}

function printCosts(what: string, all: readonly Series[], of: (cost: Cost) => number): void {
  console.log(`\n${what}`);
  const cell = (costs: readonly Cost[]) => [0, 0.5].map((q) => quantile(costs.map(of), q).toFixed(2)).join(' / ');
  printColumns(
    backlogs.map((backlog) => `backlog ${backlog.toLocaleString('en')}`),
    all.map(({ label, cells }) => ({ label, cells: cells.map(({ costs }) => cell(costs)) })),
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
