import { createHash } from 'node:crypto';
import type { KafkaRecord } from '../ports/record.ts';

/**
 * Tells a record from what another log holds at the same offset: the first 64 bits of the SHA-256 of its timestamp, key and
 * value, as 11 characters of base64url. Equal for every read of the same record.
 */
export function fingerprintOf({ timestampMs, key, value }: Pick<KafkaRecord, 'timestampMs' | 'key' | 'value'>): string {
  const hash = createHash('sha256');
  // lengths and not only contents, lest a byte that moves from the key to the value go unseen
  hash.update(`${timestampMs} ${key?.length ?? 'null'} ${value?.length ?? 'null'}\n`);
  if (key) hash.update(key);
  if (value) hash.update(value);
  return hash.digest().subarray(0, 8).toString('base64url');
}
