import { deadLetterReasonHeaders, replayTopicOf } from '@millrace/messaging';
import type { PlacedRecord } from '@millrace/kafka';
import type { EarlierReason, Letter } from '../letters/letter.ts';

const mostReasons = 10;
const mostMessageChars = 200;

/**
 * The record of a dead letter as it goes out again, to the partition of its group's replays that has the number of the one
 * where it lay: key, value and headers as they came; where it lay, how often it was replayed and why it was given up on so
 * far; without the reason of the last time, since the next one may have less to say.
 */
export function replayRecord(letter: Letter, replayedAt: string): PlacedRecord {
  const { id, record, origin, group, replays } = letter;
  const kept = Object.entries(record.headers).filter(([name]) => !deadLetterReasonHeaders.includes(name));
  return {
    topic: replayTopicOf(origin.topic, group),
    partition: origin.partition,
    key: record.key,
    value: record.value,
    headers: {
      ...Object.fromEntries(kept),
      millrace_dlq_replays: String(replays + 1),
      millrace_dlq_replay_of: id,
      millrace_dlq_history: JSON.stringify(historyOf(letter, replayedAt)),
    },
  };
}

function historyOf(letter: Letter, replayedAt: string): readonly EarlierReason[] {
  const { code, message, status, attempts, firstAt, lastAt, history } = letter;
  const reason = { code, message: message.slice(0, mostMessageChars), attempts, firstAt, lastAt, replayedAt };
  return [...history, { ...reason, ...(status !== undefined && { status }) }].slice(-mostReasons);
}
