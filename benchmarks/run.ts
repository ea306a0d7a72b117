import { LaunchError } from '@millrace/launcher';
import { apiAway } from './api-away.ts';
import type { Benchmark } from './benchmark.ts';
import { engine } from './engine.ts';
import { registrationWithoutKafka } from './registration-without-kafka.ts';
import { stuckRecord } from './stuck-record.ts';

/** In the order of the list; `all` runs them so. */
const benchmarks: readonly Benchmark[] = [registrationWithoutKafka, apiAway, engine, stuckRecord];

const [name] = process.argv.slice(2);
const chosen = name === 'all' ? benchmarks : benchmarks.filter((benchmark) => benchmark.name === name);

try {
  for (const benchmark of chosen) await benchmark.run();
  if (chosen.length === 0) list(name);
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function list(unknown: string | undefined): void {
  if (unknown !== undefined) {
    console.error(`There is no benchmark called ${unknown}.`);
    process.exitCode = 1;
  }
  const width = Math.max(...benchmarks.map((benchmark) => benchmark.name.length));
  for (const benchmark of benchmarks) console.log(`${benchmark.name.padEnd(width)}  ${benchmark.what}`);
}
