import { randomBytes } from 'node:crypto';

/**
 * A part of every password and e-mail address that this test file sends. Where it turns up in a log or an answer, a secret
 * has leaked, whole or in part; lower case, since addresses are lower-cased on their way.
 */
export const secretMark: string = `mark${randomBytes(6).toString('hex')}`;
