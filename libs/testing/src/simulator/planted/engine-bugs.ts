import type { PlantedBug } from './planted-bug.ts';

const engine = 'libs/messaging/src/engine/delivery-engine.ts';
const turns = 'libs/messaging/src/engine/turns.ts';
const leaseWork = 'libs/messaging/src/engine/lease-work.ts';
const partitionQueue = 'libs/messaging/src/engine/partition-queue.ts';

/** What consumers did wrong above their client. */
export const engineBugs: readonly PlantedBug[] = [
  {
    name: 'polled-is-committed',
    story: 'parallel-consumer#826: on close and revoke, what was polled was committed, not what was done',
    changes: [
      {
        file: 'libs/messaging/src/offsets/offset-tracker.ts',
        text: '  /** How many delivered records have no outcome yet. */',
        replacement: '  get polled(): number {\n    return this.#next;\n  }\n\n',
      },
      {
        file: leaseWork,
        text: 'const commit = this.tracker.commit();',
        replacement:
          "const commit = this.closing ? { offset: this.tracker.polled, metadata: '' } : this.tracker.commit();",
      },
    ],
  },
  {
    name: 'first-record-skipped',
    story: 'parallel-consumer#62: after a restart the record at the committed offset was passed over',
    changes: [
      {
        file: 'libs/messaging/src/engine/start-position.ts',
        text: "return { from: 'commit', offset: committed.offset + unread, unread };",
        replacement: "return { from: 'commit', offset: committed.offset + unread + 1, unread };",
      },
    ],
  },
  {
    name: 'fenced-before-drained',
    story: 'PostHog#80897: a revoke fenced first and drained then, so that what ended meanwhile was sent twice',
    changes: [
      {
        file: engine,
        text: '    if (work.ended) return;\n    work.tracker.finish(unfinished);',
        replacement: '    if (work.ended || work.closing) return;\n    work.tracker.finish(unfinished);',
      },
    ],
  },
  {
    name: 'tasks-begun-while-draining',
    story: 'PostHog#57142, H1: what was begun during a rebalance was missing in the snapshot that the drain waited for',
    changes: [
      { file: engine, text: '    queue.discard();\n', replacement: '' },
      { file: leaseWork, text: '  #turns = 0;', replacement: '  #turns = 0;\n  #snapshot = 0;' },
      {
        file: leaseWork,
        text: '    return new Promise((resolve) => this.#whenIdle.push(resolve));',
        replacement:
          '    this.#snapshot = this.#turns;\n    return new Promise((resolve) => this.#whenIdle.push(resolve));',
      },
      {
        file: leaseWork,
        text: '    if (this.#turns === 0) for',
        replacement: '    if (--this.#snapshot === 0) for',
      },
    ],
  },
  {
    name: 'stored-after-the-drain',
    story: 'PostHog#57142, H3: the drain waited for the work, not for its offsets to be stored',
    changes: [
      {
        file: engine,
        text: '    await settledWithin(work.commitAll(commitDelayMs, clock), lastCommitsTimeoutMs, clock);',
        replacement: '    void settledWithin(work.commitAll(commitDelayMs, clock), lastCommitsTimeoutMs, clock);',
      },
    ],
  },
  {
    name: 'past-unfinished-work',
    story: 'parallel-consumer#894: the commit followed the newest record that was done, past older ones that were not',
    changes: [
      {
        file: 'libs/messaging/src/offsets/offset-tracker.ts',
        text: 'const base = this.#list.first ?? this.#anchor();',
        replacement: 'const base = this.#list.last ?? this.#anchor();',
      },
    ],
  },
  {
    name: 'retry-forgotten-on-stop',
    story: 'a record that was to be tried again when the consumer stopped counted as done',
    changes: [
      {
        file: turns,
        text: "if (typeof result === 'string') finished(held, result);",
        replacement:
          "if (typeof result === 'string') finished(held, result);\n    else if (work.closing) finished(held, 'completed');",
      },
    ],
  },
  {
    name: 'order-lost-on-retry',
    story: 'a record that was to be tried again went behind those that waited for its key',
    changes: [
      {
        file: 'libs/messaging/src/engine/keyed-queue.ts',
        text: 'if (waitMs !== undefined && lane.current === item) this.#wait(lane, waitMs);',
        replacement:
          'if (waitMs !== undefined && lane.current === item) {\n      lane.push(item);\n      lane.owner.advance(lane);\n    }',
      },
    ],
  },
  {
    name: 'map-believed-after-a-shift',
    story:
      'offsets copied to another log came with the metadata of the old one, which was believed (MirrorMaker copies it)',
    changes: [
      {
        file: 'libs/messaging/src/offsets/offset-tracker.ts',
        text: "    if (map.log !== this.#log || map.base !== offset) return this.#drop('moved');\n",
        replacement:
          '    const by = offset - map.base;\n    if (by !== 0) return { ...map, base: offset, fingerprint: "", finished: map.finished.map(({ from, to }) => ({ from: from + by, to: to + by })) };\n',
      },
      {
        file: 'libs/messaging/src/offsets/offset-tracker.ts',
        text: "if (this.#fingerprintOf(record) !== fingerprint) return 'another-log';",
        replacement: "if (fingerprint !== '' && this.#fingerprintOf(record) !== fingerprint) return 'another-log';",
      },
    ],
  },
  {
    name: 'new-log-taken-for-the-old',
    story: 'a topic was deleted and made again, and what was done of the old one counted for the new one',
    changes: [
      {
        file: 'libs/messaging/src/offsets/offset-tracker.ts',
        text: "if (this.#fingerprintOf(record) !== fingerprint) return 'another-log';",
        replacement: 'void fingerprint;',
      },
    ],
  },
  {
    name: 'map-inherited-once',
    story: 'what an earlier owner had done beyond the newest record read was not in the next commit',
    changes: [
      { file: 'libs/messaging/src/offsets/offset-tracker.ts', text: ', ...this.#inherited];', replacement: '];' },
    ],
  },
  {
    name: 'regranted-key-overlaps',
    story: 'a partition came back, and a key of it was called while its call from before was running',
    changes: [
      {
        file: partitionQueue,
        text: 'if (!lane.running) this.#lanes.delete(lane.key);',
        replacement: 'this.#lanes.delete(lane.key);',
      },
    ],
  },
  {
    name: 'begun-under-an-expired-lease',
    story: 'found here: a member that had stood still past its session called the next record of a key before it knew',
    changes: [{ file: turns, text: '    if (work.ended) return this.#endedBefore(work);\n', replacement: '' }],
  },
  {
    name: 'letter-not-awaited',
    story: 'a record counted as given up on before its dead letter was written',
    changes: [
      {
        file: 'libs/messaging/src/consumer/dead-letter-writer.ts',
        text: '      await this.#send(inForm(letter));',
        replacement: '      void this.#send(inForm(letter)).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'never-paused',
    story: 'a partition was read on however much of it was held',
    changes: [
      { file: 'libs/messaging/src/engine/back-pressure.ts', text: '    held.lease.pause();\n', replacement: '' },
    ],
  },
  {
    name: 'commits-by-the-wall',
    story: 'kafkajs 2.2.4: commits were due by the clock on the wall, and none was sent after it had been set back',
    changes: [
      {
        file: 'libs/messaging/src/engine/commit-schedule.ts',
        text: 'this.#forget ??= this.#options.clock.after(commitDelayMs, () => void this.#commit());',
        replacement: `const { clock } = this.#options;
    const before = this as { sentAtMs?: number };
    this.#forget ??= clock.after(commitDelayMs, () => {
      this.#forget = undefined;
      if (clock.now() < (before.sentAtMs ?? 0) + commitDelayMs) return this.due();
      before.sentAtMs = clock.now();
      void this.#commit();
    });`,
      },
    ],
  },
];
