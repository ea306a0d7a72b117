import { describe, onTestFinished } from 'vitest';
import { commitCases } from './commit-cases.ts';
import { handOverCases } from './hand-over-cases.ts';
import { logCases } from './log-cases.ts';
import { readingCases } from './reading-cases.ts';
import { sessionCases } from './session-cases.ts';
import type { MakeWorld } from './source-world.ts';

/** What every adapter of `RecordSource` passes, in a world of its own kind. */
export function describeRecordSource(adapter: string, makeWorld: MakeWorld): void {
  const open: MakeWorld = async (partitions) => {
    const world = await makeWorld(partitions);
    onTestFinished(() => world.close());
    return world;
  };
  describe(`a record source ${adapter}`, () => {
    describe('reads', () => readingCases(open));
    describe('commits', () => commitCases(open));
    describe('hands over', () => handOverCases(open));
    describe('has a session', () => sessionCases(open));
    describe('meets a log that is not as it was', () => logCases(open));
  });
}
