import { createHash } from 'node:crypto';
import { scenarioOf } from './scenario-of.ts';
import { traceOf } from './trace-of.ts';

// Prints the hash of each seed's trace, for a test that compares them with its own.
for (const seed of process.argv.slice(2).map(Number)) {
  const trace = await traceOf(scenarioOf(seed), seed);
  process.stdout.write(`${createHash('sha256').update(trace).digest('hex')}\n`);
}
