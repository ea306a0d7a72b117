/**
 * What Node is told for every app. kafkajs sets negative timers, harmless and loud.
 *
 * A consumer's objects live as long as its calls, tens of milliseconds, thousands of them at once. V8 takes that for a long
 * life and makes them among the old ones at once, where they stay until the next full collection, and all that came after
 * them too: not so here. A smaller young generation and an old one that grows by no more than itself cost little time, and save a
 * third of the memory. Collecting it with threads of its own costs more than it saves where all processors have work to do.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=TimeoutNegativeWarning',
  '--no-allocation-site-pretenuring',
  '--no-parallel-scavenge',
  '--max-semi-space-size=32',
  '--heap-growing-percent=100',
];
