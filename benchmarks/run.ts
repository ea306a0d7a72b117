import { Interruption, LaunchError } from '@millrace/launcher';
import { apiAway } from './api-away.ts';
import { batches } from './batches.ts';
import type { Benchmark } from './benchmark.ts';
import { comparison } from './comparison.ts';
import { drain } from './drain.ts';
import { failingApi } from './failing-api.ts';
import { endToEndLatency } from './end-to-end-latency.ts';
import { engine } from './engine.ts';
import { handOver } from './hand-over.ts';
import { hotKey } from './hot-key.ts';
import { httpClient } from './http-client.ts';
import { idempotency } from './idempotency.ts';
import { kill } from './kill.ts';
import { outbox } from './outbox.ts';
import { outboxBacklog } from './outbox-backlog.ts';
import { quota } from './quota.ts';
import { registrationWithoutKafka } from './registration-without-kafka.ts';
import { stuckRecord } from './stuck-record.ts';

/** In the order of the list; `all` runs them so. */
const benchmarks: readonly Benchmark[] = [
  comparison,
  endToEndLatency,
  kill,
  handOver,
  drain,
  batches,
  registrationWithoutKafka,
  outbox,
  outboxBacklog,
  failingApi,
  quota,
  apiAway,
  engine,
  hotKey,
  httpClient,
  idempotency,
  stuckRecord,
];

/** Those whose figures are kept in docs/benchmarks.md; what runs without a name. */
const documented = [comparison, endToEndLatency, kill, handOver, drain, failingApi, quota, batches];

const [first = '', ...rest] = process.argv.slice(2);

try {
  if (first === '--list') list();
  else if (first === 'all') for (const benchmark of benchmarks) await benchmark.run([]);
  else if (first === '') for (const benchmark of documented) await benchmark.run([]);
  else if (first.startsWith('-')) await comparison.run(process.argv.slice(2));
  else await named(first).run(rest);
} catch (error) {
  // What was being measured may still be running: the processes it has started end with this one.
  if (error instanceof Interruption) process.exit(error.exitCode);
  if (!(error instanceof LaunchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function named(name: string): Benchmark {
  const benchmark = benchmarks.find((each) => each.name === name);
  if (benchmark) return benchmark;
  throw new LaunchError(`There is no benchmark called ${name}. npm run bench -- --list lists them.`);
}

function list(): void {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  for (const { name, what } of benchmarks) console.log(`${name.padEnd(width)}  ${what}`);
}
