import { headerText, type OutgoingRecord, type RecordHeaders } from '../ports/record.ts';

/** What says why it is a dead letter, what it was and in which trace, where that is of a sensible size. */
const keptHeader = /^(?:ce_|millrace_dlq_)|^(?:traceparent|tracestate|content-type)$/;
const mostHeaderChars = 1_000;
const mostKeyBytes = 1_000;

/**
 * A dead letter that Kafka takes where it does not take the whole one: without the value, and without headers of the
 * publisher's own. `millrace_dlq_left_out` says what is missing; that lies where the record lay, until retention deletes it.
 */
export function abridgedLetter({ topic, key, value, headers }: OutgoingRecord): OutgoingRecord {
  const kept = Object.entries(headers).flatMap(([name]) => {
    const text = headerText(headers, name) ?? '';
    return keptHeader.test(name) && text.length <= mostHeaderChars ? [[name, text] as const] : [];
  });
  const left = Object.keys(headers).length - kept.length;
  const keyIsLeft = key !== null && key.length > mostKeyBytes;
  const leftOut = [
    value !== null && `value of ${value.length} bytes`,
    keyIsLeft && `key of ${key.length} bytes`,
    left > 0 && `${left} headers`,
  ].filter((each) => each !== false);
  const own: RecordHeaders = { ...Object.fromEntries(kept), millrace_dlq_left_out: leftOut.join(', ') };
  return { topic, key: keyIsLeft ? null : key, value: null, headers: own };
}
