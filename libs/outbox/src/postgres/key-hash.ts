import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const hashes = 2 ** 32;

/** 32 bits without a sign, the same for equal keys everywhere and for ever; any for a record without a key, which has no order. */
export function keyHash(key: Buffer | null): number {
  return key === null ? randomInt(hashes) : crc32(key);
}

/** As PostgreSQL has them: 32 bits with a sign. */
export const signed = (hash: number): number => hash | 0;
