import { expect, it } from 'vitest';
import type { Result, Turn } from './figures.ts';
import { missingPeers, resultRows } from './result-rows.ts';

const turn: Turn = {
  perSecond: 0,
  cpuMicrosPerCall: undefined,
  stubMicrosPerCall: 10,
  peakRssBytes: undefined,
  peakInFlight: 1_000,
  outOfOrder: 0,
  overlaps: 0,
  repeated: 0,
  refused: 0,
};
const result = (peer: string, perSecond: number, over: Partial<Turn> = {}): Result => ({
  peer,
  order: 'key',
  turns: [{ ...turn, perSecond, ...over }],
});

it('sets each peer beside the bound, raw, and the faster Parallel Consumer of the same run', () => {
  const rows = resultRows(
    [
      result('raw', 10_000),
      result('millrace', 12_000, { cpuMicrosPerCall: 45.4, peakRssBytes: 200 * 2 ** 20 }),
      result('parallel-consumer-core', 4_000),
      result('parallel-consumer-vertx', 5_000),
    ],
    () => 20_000,
  );
  expect(rows[1]).toEqual(['millrace', '12,000', '0.60', '1.20', '2.40', '45', '200', '1,000', 'kept']);
  expect(rows[0]?.slice(1, 7)).toEqual(['10,000', '0.50', '1.00', '2.00', '–', '–']);
});

it('compares with nothing where nothing was measured, and says why a peer is missing', () => {
  const missing: Result = { peer: 'kpipe', order: 'key', turns: [], missing: 'no Java 25' };
  const rows = resultRows([result('millrace', 12_000, { remark: 'the backlog was used up' }), missing], () => 20_000);
  expect(rows[0]?.slice(3, 5)).toEqual(['–', '–']);
  expect(rows[0]?.at(-1)).toBe('kept; the backlog was used up');
  expect(rows[1]).toEqual(['kpipe', 'missing', '', '', '', '', '', '', '']);
  expect(missingPeers([result('raw', 1), missing])).toEqual(['kpipe is missing: no Java 25']);
});

it('does not blame who promises no order, but tells what came of it', () => {
  const [row] = resultRows([{ ...result('eachBatch', 1, { overlaps: 3 }), order: 'none' }], () => 1);
  expect(row?.at(-1)).toBe('not meant; 3 overlapped');
});
