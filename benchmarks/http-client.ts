import { createProgressPrinter } from '@millrace/launcher';
import type { Benchmark } from './benchmark.ts';
import { type Cost, measureClient } from './http-client/measure-client.ts';
import { subjects } from './http-client/subjects.ts';
import { startStub, type Stub } from './stub/stub.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';
import { quantile } from './support/quantile.ts';

const loads = [
  { concurrency: 1_000, latencyMs: 50 },
  { concurrency: 1_000, latencyMs: 10 },
  { concurrency: 100, latencyMs: 50 },
] as const;
type Load = (typeof loads)[number];
const rounds = 3;

/** What a call of our HTTP client costs, without Kafka, beside those of undici. */
export const httpClient: Benchmark = {
  name: 'http-client',
  what: 'microseconds of the processor per HTTP call: ours, and what undici offers',
  run: async () => {
    const progress = createProgressPrinter(process.stderr);
    const stub = await startStub();
    try {
      console.log(`machine   ${machine()}`);
      console.log(`versions  Node ${process.versions.node}`);
      console.log(
        `setup     the API in a process of its own, each subject in another; ${rounds} rounds that take turns`,
      );
      for (const load of loads) {
        progress.onProgress({ what: 'measuring', state: 'waiting', detail: describe(load) });
        print(load, await measureAll(load, stub));
      }
    } finally {
      progress.stop();
      await stub.stop();
    }
  },
};

type Series = readonly { readonly subject: string; readonly costs: readonly Cost[] }[];

async function measureAll({ concurrency, latencyMs }: Load, stub: Stub): Promise<Series> {
  const series = Object.keys(subjects).map((subject) => ({ subject, costs: [] as Cost[] }));
  const latency = { median: latencyMs, spread: 'fixed', roundTrip: 0 } as const;
  for (let round = 0; round < rounds; round++) {
    for (const { subject, costs } of series) {
      const gate = await stub.open({ latency });
      costs.push(await measureClient(subject, gate.url, concurrency));
      await gate.close();
    }
  }
  return series;
}

function print(load: Load, series: Series): void {
  console.log(`\n${describe(load)}: medians`);
  const cell = (costs: readonly Cost[], of: (cost: Cost) => number) => quantile(costs.map(of), 0.5).toFixed(0);
  printColumns(
    ['us a call', 'calls/s', 'peak MB'],
    series.map(({ subject, costs }) => ({
      label: subject,
      cells: [cell(costs, (c) => c.cpuUs), cell(costs, (c) => c.perSecond), cell(costs, (c) => c.rssMb)],
    })),
  );
}

function describe({ concurrency, latencyMs }: Load): string {
  return `${concurrency.toLocaleString('en')} calls at a time, each answered after ${latencyMs} ms`;
}
