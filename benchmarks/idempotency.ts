import { createProgressPrinter } from '@millrace/launcher';
import { once, type StepContext } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import type { Benchmark } from './benchmark.ts';
import { type OpenStore, openStores } from './idempotency/stores.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';
import { quantile } from './support/quantile.ts';

const loads = [
  { atOnce: 1, events: 300 },
  { atOnce: 256, events: 15_000 },
] as const;
type Load = (typeof loads)[number];
const rounds = 3;

/** What it costs to know what was called, for APIs without idempotency keys. */
export const idempotency: Benchmark = {
  name: 'idempotency',
  what: 'microseconds per event that `once` takes for a claim and a completion, by store, beside none',
  run: async () => {
    const progress = createProgressPrinter(process.stderr);
    const stores = await openStores();
    try {
      console.log(`machine   ${machine()}`);
      console.log(`versions  Node ${process.versions.node}, PostgreSQL 15, both databases with their disk's commits`);
      console.log(`setup     a handler that does nothing; stores take turns, ${rounds} rounds after one for warmth`);
      for (const load of loads) {
        progress.onProgress({ what: 'measuring', state: 'waiting', detail: describe(load) });
        print(load, await measureAll(load, stores));
      }
    } finally {
      progress.stop();
      for (const { close } of stores) await close();
    }
  },
};

interface Cost {
  readonly wallUs: number;
  /** Of this process: what a server needs is not in it. */
  readonly cpuUs: number;
}

type Series = readonly { readonly label: string; readonly costs: Cost[] }[];

async function measureAll(load: Load, stores: readonly OpenStore[]): Promise<Series> {
  const series = stores.map((store) => ({ store, label: store.label, costs: [] as Cost[] }));
  for (let round = 0; round <= rounds; round++)
    for (const { store, costs } of series) {
      const cost = await measure(store, load, `${load.atOnce}-${round}`);
      if (round > 0) costs.push(cost);
    }
  return series;
}

/** So many events, so many of them at the same time. */
async function measure({ store }: OpenStore, { atOnce, events }: Load, run: string): Promise<Cost> {
  const work = async (_: StepContext) => undefined;
  const handler = store ? once(store, work) : work;
  let next = 0;
  const caller = async () => {
    while (next < events) await handler(callOf(`${run}:${next++}`));
  };
  const [markMs, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: atOnce }, caller));
  const { user, system } = process.cpuUsage(cpu);
  return { wallUs: ((performance.now() - markMs) * 1_000) / events, cpuUs: (user + system) / events };
}

const { signal } = new AbortController();
const log = createLogger({ service: 'benchmark', level: 'silent' });

function callOf(id: string): StepContext {
  return { signal, attempt: 1, idempotencyKey: `benchmark:${id}`, order: { key: id, sequence: 0 }, replays: 0, log };
}

function print(load: Load, series: Series): void {
  console.log(`\n${describe(load)}: us per event, medians of ${rounds} rounds`);
  const cell = (costs: readonly Cost[], of: (cost: Cost) => number) => quantile(costs.map(of), 0.5).toFixed(1);
  printColumns(
    ['elapsed', 'processor'],
    series.map(({ label, costs }) => ({
      label,
      cells: [cell(costs, ({ wallUs }) => wallUs), cell(costs, ({ cpuUs }) => cpuUs)],
    })),
  );
}

function describe({ atOnce, events }: Load): string {
  return `${events} events, ${atOnce === 1 ? 'one' : atOnce} at a time`;
}
