import type { Benchmark } from './benchmark.ts';
import { compare } from './comparison/compare.ts';
import { comparisonUsage } from './comparison/comparison-arguments.ts';

/** Millrace beside what else could be taken, and beside HTTP without Kafka. */
export const comparison: Benchmark = {
  name: 'comparison',
  what: 'calls per second, CPU and memory of Millrace and its peers side by side; without a name it runs first, then the next three',
  run: async (args) => {
    if (args.includes('--help')) console.log(comparisonUsage);
    else await compare(args);
  },
};
