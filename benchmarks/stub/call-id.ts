/** Which record a call is about: the number of its key, and its place among the records of that key, from 0. */
export interface CallId {
  readonly key: number;
  readonly sequence: number;
}

const pattern = /k(\d{1,9})~(\d{1,9})/;

/** The id of a record's event, `k<key>~<sequence>`. */
export function eventId({ key, sequence }: CallId): string {
  return `k${key}~${sequence}`;
}

/** Reads the id out of an idempotency key, which may wrap it; undefined where it holds none. */
export function readCallId(idempotencyKey: string): CallId | undefined {
  const match = pattern.exec(idempotencyKey);
  return match ? { key: Number(match[1]), sequence: Number(match[2]) } : undefined;
}
