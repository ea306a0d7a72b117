import { abortOnSignals } from './checks/abort-on-signals.ts';
import { type Counts, describeCounts, reportCounts, single, total } from './checks/counts.ts';
import { runTests } from './checks/run-tests.ts';
import { runTool, type ToolResult } from './checks/run-tool.ts';

// npm run check: what one runs before every commit. Each lane keeps one core busy.
const signal = abortOnSignals();
const startedMs = performance.now();

const tool =
  (program: string, ...args: string[]) =>
  () =>
    runTool(program, args, { signal });

const lanes = await Promise.all([
  inOrder([
    ['types', tool('tsc', '--project', 'tsconfig.json')],
    ['lint', lint],
  ]),
  inOrder([
    ['format', tool('prettier', '--check', '--cache', '.')],
    ['docs', tool('node', 'tools/docs/src/generate.ts', '--check')],
    ['tests', () => runTests([], { signal })],
  ]),
]);
const counts = total(lanes.flat());
await reportCounts(counts);
console.log(`${describeCounts(counts)} in ${seconds(startedMs)}`);
process.exitCode ||= counts.failed > 0 ? 1 : 0;

type Step = readonly [name: string, run: () => Promise<ToolResult & Partial<Counts>>];

async function inOrder(steps: readonly Step[]): Promise<readonly Counts[]> {
  const results: Counts[] = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
}

async function runStep([name, run]: Step): Promise<Counts> {
  const stepStartedMs = performance.now();
  const { ok, output, passed, failed, skipped } = await run();
  const counts = passed === undefined || failed === undefined ? single(ok) : { passed, failed, skipped: skipped ?? [] };
  console.log(`${ok ? '✓' : '✗'} ${name} ${seconds(stepStartedMs)}${ok ? '' : `\n${output}`}`);
  return counts;
}

/** Nx leaves behind the project graph that the layer rule reads: without one, the rule would only warn that it is skipped. */
async function lint(): Promise<ToolResult> {
  // one plugin of our own needs no process of its own, which takes seconds
  const graph = await runTool('nx', ['show', 'projects'], { signal, env: { NX_ISOLATE_PLUGINS: 'false' } });
  return graph.ok ? runTool('oxlint', [], { signal }) : graph;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
