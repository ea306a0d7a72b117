import { plainShape, writeBacklog } from './backlog/write-backlog.ts';
import { measureTracking, type Tracking, type TrackingFigures } from './batches/measure-tracking.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { whole } from './comparison/result-rows.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';
import { quantile } from './support/quantile.ts';
import { startNode } from './support/start-node.ts';

const records = 600_000;
const rounds = 3;
const sizes = [1, 100];

/** What a consumer spends on an event that has a call of its own, and on one that shares it with 99 others. */
export const batches: Benchmark = {
  name: 'batches',
  what: 'events per second of processor time: 100 in a call against each in one of its own, at the same API',
  run: () => measureAlone('batches', measure),
};

async function measure({ brokers, tell }: Bench): Promise<string> {
  const topic = 'batches';
  await writeBacklog(brokers, { ...plainShape, topic, records }, (written) =>
    tell(`${whole(written)} records written`),
  );
  const stub = await startNode(new URL('./batches/stub-apis-main.ts', import.meta.url));
  try {
    const urls = JSON.parse(stub.firstLine) as Pick<Tracking, 'controlUrl' | 'url'>;
    return describe(await measureAll({ brokers, topic, records, ...urls }, tell));
  } finally {
    await stub.stop();
  }
}

type Turns = ReadonlyMap<number, TrackingFigures[]>;

/** Rounds take turns, so that both see the same machine. */
async function measureAll(tracking: Tracking, tell: (detail: string) => void): Promise<Turns> {
  const turns: Turns = new Map(sizes.map((size) => [size, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [size, figures] of turns) {
      tell(`round ${round} of ${rounds}, ${size} in a call`);
      figures.push(await measureTracking(tracking, size));
    }
  }
  return turns;
}

function describe(turns: Turns): string {
  const single = turns.get(1) ?? [];
  const perCpuSecond = (all: readonly TrackingFigures[]) => median(all, (figures) => figures.perCpuSecond);
  const rows = Array.from(turns, ([size, all]) => [
    whole(size),
    whole(median(all, ({ perSecond }) => perSecond)),
    whole(perCpuSecond(all)),
    (1_000_000 / perCpuSecond(all)).toFixed(1),
    median(all, ({ perCall }) => perCall).toFixed(1),
    (perCpuSecond(all) / perCpuSecond(single)).toFixed(1),
  ]);
  const columns = ['in a call, at most', 'events/s', 'events/CPU s', 'CPU µs/event', 'events/call', 'of single calls'];
  const how = `${rounds} rounds in turns, medians; events of distinct keys in one partition, stub-apis as the API, without latency; each event has its effect once, in order.`;
  return `${how}\n\n${markdownTable(columns, rows)}`;
}

function median(all: readonly TrackingFigures[], of: (figures: TrackingFigures) => number): number {
  return quantile(all.map(of), 0.5);
}
