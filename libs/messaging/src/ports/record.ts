/** Header values as Kafka carries them: bytes, text, or several under one name. */
export type RecordHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

/** A record as it came from Kafka; key and value are the original bytes, and so is a header that is not all ASCII. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  /** A safe integer; Kafka's 64 bits are not exhausted before 2^53. */
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  readonly timestampMs: number;
}

/** A record to be written. Without a partition the key decides, as in Kafka's default partitioner (murmur2). */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  /** Where it may be too large for its topic otherwise: it is written compressed. @default as it is */
  readonly compression?: 'gzip';
}

/** The first value of a header as text; undefined where it is absent. */
export function headerText(headers: RecordHeaders, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}
