import {
  deadLetterHeaders,
  type ErrorCode,
  type EventEnvelope,
  type Outcome,
  type OutgoingRecord,
} from '@millrace/messaging';
import { type Hearing, positionOf } from './hearing.ts';
import type { TestCall } from './test-answer.ts';

/** What became of one event. */
export interface Heard<Data = unknown> {
  readonly outcome: Outcome;
  /** Every call made for it, oldest first; those of batches that it was in among them. */
  readonly calls: readonly TestCall[];
  /** As the handler got it. */
  readonly event: EventEnvelope<Data>;
  /** Undefined unless it was given up on. */
  readonly deadLetter: HeardDeadLetter | undefined;
  /** What the handler threw, attempt by attempt: where a call fails that should not, the reason is here. */
  readonly failures: readonly unknown[];
  /** From its publication to its outcome: what it would have taken, waits included. */
  readonly tookMs: number;
}

/** Why a record was given up on, as its dead letter says. */
export interface HeardDeadLetter {
  readonly topic: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** Of the API's last answer; undefined where there was none. */
  readonly status: number | undefined;
  /** 0 where the event could not even be read. */
  readonly attempts: number;
}

/** What became of an event that has ended; `sent` are the dead letters so far. Throws for one that has not. */
export function heard(
  { event, position, markMs, calls, failures, ended }: Hearing,
  sent: readonly OutgoingRecord[],
): Heard {
  if (!ended)
    throw new Error(`${event.type} ${event.id} has no outcome: its handler waits for something that never comes`);
  const { outcome } = ended;
  const letter = sent.map(deadLetter).find((each) => each.position === position)?.letter;
  return { outcome, calls, event, deadLetter: letter, failures, tookMs: ended.markMs - markMs };
}

function deadLetter({ topic, headers }: OutgoingRecord): {
  readonly position: string;
  readonly letter: HeardDeadLetter;
} {
  const written = deadLetterHeaders.parse(headers);
  const { millrace_dlq_code: code, millrace_dlq_message: message, millrace_dlq_status: status } = written;
  const letter = {
    topic,
    code,
    message,
    status: status === undefined ? undefined : Number(status),
    attempts: Number(written.millrace_dlq_attempts),
  };
  const position = positionOf({ topic: written.millrace_dlq_topic, offset: Number(written.millrace_dlq_offset) });
  return { position, letter };
}
