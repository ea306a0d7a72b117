import { expect, it } from 'vitest';
import { checksumOf } from './checksum.ts';

it('a checksum is the CRC-32 that everybody else computes', () => {
  // the check value of the catalogue of CRCs: cbf43926
  expect(checksumOf('123456789')).toBe(Buffer.from('cbf43926', 'hex').toString('base64url'));
  expect(checksumOf('')).toBe('AAAAAA');
});
