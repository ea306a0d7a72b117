import { createProgressPrinter } from '@millrace/launcher';
import { allPeers } from '../peers/all-peers.ts';
import { makeCertificate } from '../stub/certificate.ts';
import { startStub } from '../stub/stub.ts';
import { withBroker, type Workplace } from '../support/with-broker.ts';
import { writeBetweenMarkers } from '../support/write-between-markers.ts';
import { Backlogs } from './backlogs.ts';
import { parseComparisonArguments } from './comparison-arguments.ts';
import { ComparisonProgress } from './comparison-progress.ts';
import { conditions } from './conditions.ts';
import { preparePeers } from './prepare-peers.ts';
import { recordsFor } from './records-for.ts';
import { type Measured, report } from './report.ts';
import { type Entry, KeptStands, type Pace, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

const windowMs = 3_000;

/** Measures the chosen peers under the chosen scenarios, prints the tables, and keeps those of a whole run. */
export async function compare(args: readonly string[]): Promise<void> {
  const names = allPeers.map(({ name }) => name);
  const { scenarios, only, rounds, quick, whole } = parseComparisonArguments(args, names);
  const { onProgress, stop } = createProgressPrinter();
  try {
    const entries = await preparePeers(only, quick ? 10_000 : 60_000, onProgress);
    const pace = { rounds, windowMs };
    const progress = new ComparisonProgress(onProgress, scenarios.length * rounds * entries.length);
    const measured = await withBroker(onProgress, (workplace) =>
      measureAll(workplace, { scenarios, entries, pace, progress }),
    );
    stop();
    const text = report(measured, conditions(entries, pace));
    console.log(`\n${text}`);
    if (whole) await writeBetweenMarkers('docs/benchmarks.md', 'comparison', text);
  } finally {
    stop();
  }
}

interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly entries: readonly Entry[];
  readonly pace: Pace;
  readonly progress: ComparisonProgress;
}

/** In the order of the plan, whatever the order in which they are measured. */
async function measureAll(workplace: Workplace, plan: Plan): Promise<readonly Measured[]> {
  const stub = await startStub();
  const kept = new KeptStands();
  const measured = new Map<Scenario, Measured>();
  try {
    const certificate = await makeCertificate(workplace.folder);
    const backlogs = new Backlogs(workplace.brokers);
    for (const scenario of inOrder(plan.scenarios)) {
      const { entries, pace, progress } = plan;
      const backlog = await backlogs.with(
        scenario.backlog,
        recordsFor(scenario, plan.scenarios, entries, pace),
        (written, of) => progress.writing(scenario.name, written, of),
      );
      await kept.keepOnly(scenario, backlog);
      const onTurn = (peer: string, round: number) => progress.turn(scenario.name, round, peer);
      const { brokers } = workplace;
      const run = { scenario, entries, pace, stub, brokers, backlog, certificate, kept, onTurn };
      measured.set(scenario, { scenario, results: await runScenario(run) });
    }
    return plan.scenarios.flatMap((scenario) => measured.get(scenario) ?? []);
  } finally {
    plan.progress.end();
    await kept.keepOnly(undefined, undefined);
    await stub.stop();
  }
}

/** Those that the same warm processes can serve one after the other. */
function inOrder(scenarios: readonly Scenario[]): readonly Scenario[] {
  const shape = ({ backlog, concurrency, tls }: Scenario) => JSON.stringify([backlog, concurrency, tls]);
  return [...Map.groupBy(scenarios, shape).values()].flat();
}
