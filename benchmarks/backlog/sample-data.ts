/** What the benchmark's records hold. */
export interface Sample {
  readonly user: number;
  readonly email: string;
  readonly at: string;
  /** As long as it takes to fill the record. */
  readonly note: string;
}

/** When all of it happened. */
export const at = '2026-11-21T12:00:00.000Z';

/** The least that a value can be long. */
export const leastValueBytes = 100;
export const defaultValueBytes = 180;

/** Data that are `valueBytes` long as JSON. */
export function sampleData({ key, valueBytes }: { readonly key: number; readonly valueBytes: number }): Sample {
  const empty: Sample = { user: key, email: `user-${key}@example.org`, at, note: '' };
  return { ...empty, note: noteOf(key, Math.max(0, valueBytes - JSON.stringify(empty).length)) };
}

/** Letters and digits from which compression gains what it gains from text: about a half. */
const text = Array.from({ length: 2 ** 17 }, (_, index) =>
  ((Math.imul(index + 1, 2_654_435_761) >>> 13) % 36).toString(36),
).join('');

function noteOf(key: number, length: number): string {
  const from = Math.imul(key, 7_919) & 0xffff;
  return from + length <= text.length ? text.slice(from, from + length) : text.slice(0, length);
}
