import type { PlantedBug } from './planted-bug.ts';

const leaseTable = 'libs/messaging/src/membership/lease-table.ts';
const groupLease = 'libs/messaging/src/membership/group-lease.ts';
const commitQueue = 'libs/messaging/src/membership/commit-queue.ts';
const groupSource = 'libs/testing/src/in-memory-broker/in-memory-group-source.ts';

/** What record sources did wrong: each takes one fence away, or one promise of the port. */
export const sourceBugs: readonly PlantedBug[] = [
  {
    name: 'whole-fetch-after-pause',
    story: 'found here: all that a fetch had brought was delivered, though its partition was paused by then',
    changes: [
      {
        file: groupLease,
        text: 'while (this.#isWanted && !this.#undelivered.isEmpty)',
        replacement: 'while (!this.#undelivered.isEmpty)',
      },
    ],
  },
  {
    name: 'stale-response-moves-position',
    story: 'kafkajs 2.2.4: a response asked for before a rejoin moved the position after it; records never came',
    changes: [
      {
        file: leaseTable,
        text: 'if (!lease.goesOnWith(fetched)) return this.#outOfLine(lease);',
        replacement: '',
      },
      {
        file: leaseTable,
        text: 'for (const lease of this.#leases.values()) if (!lease.draining) lease.align();',
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
        text: 'if (!lease || lease.draining || lease.next === undefined) return;',
        replacement: `if (!lease && fetched.records.length > 0) {
      const { topic, partition, fetchedFrom = 0, endOffset } = fetched;
      const logId = topic + ' ' + partition;
      this.#grant({ topic, partition, stored: undefined, logStart: fetchedFrom, logEnd: endOffset, logId }, undefined);
      return this.fetched(fetched);
    }
    if (!lease || lease.next === undefined) return;`,
      },
      {
        file: leaseTable,
        text: 'this.#leases.delete(key);\n    this.#client.pause(lease);',
        replacement: 'this.#leases.delete(key);',
      },
    ],
  },
  {
    name: 'commit-of-a-lost-partition',
    story: 'kafkajs 2.2.4: a commit for a partition that was lost overwrote the one of its new owner',
    changes: [
      { file: commitQueue, text: 'if (!lease.ended) return true;', replacement: 'if (lease.topic) return true;' },
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
    changes: [{ file: groupSource, text: 'const commitAttempts = 1;', replacement: 'const commitAttempts = 5;' }],
  },
  {
    name: 'stale-unassign-armed',
    story: 'PostHog#57142, H2: the unassign of a drain that had timed out hit the partition after it had come back',
    changes: [
      {
        file: leaseTable,
        text: 'const forget = this.#clock.after(this.#drainTimeoutMs, () => this.#end(lease));',
        replacement:
          'const forget = () => undefined;\n    this.#clock.after(this.#drainTimeoutMs, () => this.#end(this.#leases.get(partitionKey(lease)) ?? lease));',
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
      { file: leaseTable, text: 'return !this.#session.valid;', replacement: 'return false;' },
      {
        file: leaseTable,
        text: 'sessionTimeoutMs - leaseMarginMs, () => this.forgotten());',
        replacement: 'sessionTimeoutMs - leaseMarginMs, () => undefined);',
      },
    ],
  },
];
