import type { PlantedBug } from './planted-bug.ts';

const leaseTable = 'libs/testing/src/in-memory-broker/lease-table.ts';
const commitQueue = 'libs/testing/src/in-memory-broker/commit-queue.ts';

/** What record sources did wrong: each takes one fence away, or one promise of the port. */
export const sourceBugs: readonly PlantedBug[] = [
  {
    name: 'stale-response-moves-position',
    story: 'kafkajs 2.2.4: a response asked for before a rejoin moved the position after it; records never came',
    changes: [
      {
        file: leaseTable,
        text: 'if (!lease.goesOnWith(batch)) return this.#readOn(lease);',
        replacement: '',
      },
      {
        file: leaseTable,
        text: 'for (const lease of this.#leases.values()) if (!lease.draining) this.#readOn(lease);',
        replacement: 'for (const lease of [...this.#leases.values()]) if (!lease.draining) this.#end(lease);',
      },
    ],
  },
  {
    name: 'batch-of-a-lost-partition',
    story: 'kafkajs 2.2.4: a response for a partition that was lost was handed over after the join, and worked on',
    changes: [
      {
        file: leaseTable,
        text: 'if (!lease || lease.draining) return;',
        replacement: `if (!lease && batch.records.length > 0) {
      this.#grant(batch, { committed: undefined, start: batch.fetchedFrom, end: batch.endOffset });
      return this.batch(batch);
    }
    if (!lease) return;`,
      },
      {
        file: leaseTable,
        text: 'this.#leases.delete(key);\n    this.client.pause(lease);',
        replacement: 'this.#leases.delete(key);',
      },
    ],
  },
  {
    name: 'commit-of-a-lost-partition',
    story: 'kafkajs 2.2.4: a commit for a partition that was lost overwrote the one of its new owner',
    changes: [
      { file: commitQueue, text: 'if (lease.ended) refused = leaseLost(lease);', replacement: '' },
      {
        file: 'libs/messaging/src/engine/lease-work.ts',
        text: 'this.dirty && !this.ended; tries++',
        replacement: 'this.dirty; tries++',
      },
    ],
  },
  {
    name: 'commit-repeated-under-newer-generation',
    story: 'kafkajs 2.2.4: a commit that failed was repeated after a rejoin, as of the new generation',
    changes: [{ file: commitQueue, text: 'const attempts = 1;', replacement: 'const attempts = 5;' }],
  },
  {
    name: 'stale-unassign-armed',
    story: 'PostHog#57142, H2: the unassign of a drain that had timed out hit the partition after it had come back',
    changes: [
      {
        file: leaseTable,
        text: 'const forget = process.clock.after(drainTimeoutMs, () => this.#end(lease));',
        replacement:
          'const forget = () => undefined;\n    process.clock.after(drainTimeoutMs, () => this.#end(this.#leases.get(partitionKey(lease)) ?? lease));',
      },
    ],
  },
  {
    name: 'gained-while-joining',
    story: 'found here: a partition was taken by a member that had joined anew without a claim to it',
    changes: [{ file: leaseTable, text: '    this.#join++; // what', replacement: '    // what' }],
  },
  {
    name: 'lease-outlives-session',
    story: 'a member that the group could not hear went on as the owner of its partitions',
    changes: [
      { file: leaseTable, text: 'return !this.#membership.valid;', replacement: 'return false;' },
      {
        file: leaseTable,
        text: 'new Membership(process.clock, sessionTimeoutMs - leaseMarginMs, () => this.forgotten());',
        replacement: 'new Membership(process.clock, sessionTimeoutMs - leaseMarginMs, () => undefined);',
      },
    ],
  },
];
