import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword } from './hash-password.ts';

describe('a password hash', () => {
  it('holds all that is needed to check a password', async () => {
    const [, algorithm, version, parameters, salt = '', tag] = (await hashPassword('correct horse')).split('$');
    expect([algorithm, version, parameters]).toEqual(['argon2id', 'v=19', 'm=19456,t=2,p=1']);
    const nonce = Buffer.from(salt, 'base64');
    expect(nonce).toHaveLength(16);
    const derived = (message: string) =>
      argon2Sync('argon2id', { message, nonce, memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 });
    expect(derived('correct horse').toString('base64').replace('=', '')).toBe(tag);
    expect(derived('wrong horse').toString('base64').replace('=', '')).not.toBe(tag);
  });

  it('is another one each time', async () => {
    expect(await hashPassword('correct horse')).not.toBe(await hashPassword('correct horse'));
  });
});
