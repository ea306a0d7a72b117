import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** Turns a password into a PHC string that holds all that is needed to check one, never the password. */
export type HashPassword = (password: string) => Promise<string>;

/** OWASP's minimum for argon2id: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltBytes = 16;
const tagBytes = 32;

const derive = promisify(argon2);

/** argon2id with a salt of its own, on the thread pool: some 50 ms of another core, and 19 MiB meanwhile. */
export const hashPassword: HashPassword = async (password) => {
  const salt = randomBytes(saltBytes);
  const tag = await derive('argon2id', { message: password, nonce: salt, tagLength: tagBytes, ...cost });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
};

/** https://github.com/P-H-C/phc-string-format: base64 without padding. */
const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
