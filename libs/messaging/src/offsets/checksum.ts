import { crc32 } from 'node:zlib';

/** CRC-32 of a text, as 6 characters of base64url. */
export function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64url');
}
