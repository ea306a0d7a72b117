import type { Transactions } from '@millrace/kafka';
import { type Deciding, decisionRecord } from '../letters/decision.ts';
import type { Chosen } from './plan-replay.ts';
import { replayRecord } from './replay-record.ts';

export interface CarryOutOptions {
  readonly transactions: Pick<Transactions, 'write'>;
  readonly deciding: Deciding;
  /** Letters per second. @default as fast as it goes */
  readonly rate: number | undefined;
  /** Told how many are done, after each transaction. */
  readonly done: (count: number) => void;
  /** Ms that only ever grow. */
  readonly mark: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const mostAtOnce = 100;
const transactionsPerSecond = 5;

/**
 * Decides about letters, in their order: each decision is written in one transaction with the record that goes out again. Where
 * this ends in the middle, some are decided and the others are as they were; repeating it does the rest.
 */
export async function carryOut(chosen: readonly Chosen[], options: CarryOutOptions): Promise<void> {
  const { transactions, deciding, rate, done, mark, sleep } = options;
  const atOnce =
    rate === undefined ? mostAtOnce : Math.max(1, Math.min(mostAtOnce, Math.floor(rate / transactionsPerSecond)));
  const startedMs = mark();
  for (let at = 0; at < chosen.length; at += atOnce) {
    if (rate !== undefined) await sleep(Math.max(0, startedMs + (at / rate) * 1_000 - mark()));
    const chunk = chosen.slice(at, at + atOnce);
    await transactions.write(chunk.flatMap((each) => recordsOf(each, deciding)));
    done(at + chunk.length);
  }
}

function recordsOf({ letter, forced }: Chosen, deciding: Deciding) {
  const decision = decisionRecord(letter, deciding, forced);
  return deciding.decision === 'replayed' ? [replayRecord(letter, deciding.at), decision] : [decision];
}
