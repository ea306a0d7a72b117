import type { KafkaRecord } from './record.ts';

/** The record that lies at `offset` of a log: the same on every read, another one in `another` log. */
export function recordAt(offset: number, { log = 'log' }: { readonly log?: string } = {}): KafkaRecord {
  return {
    topic: 't',
    partition: 0,
    offset,
    key: Buffer.from(`${log} ${offset % 7}`),
    value: Buffer.from(`${offset}`),
    headers: {},
    timestampMs: 1_700_000_000_000 + offset,
  };
}
