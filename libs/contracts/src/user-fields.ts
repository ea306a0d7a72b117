import { z } from 'zod';

const text = () =>
  z.string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') }).normalize('NFC');

/** Counts characters as people do, not UTF-16 units: an emoji is one. */
const hasLength = (min: number, max: number) => (value: string) => {
  const { length } = Array.from(value);
  return length >= min && length <= max;
};

/**
 * 3 to 32 characters after normalisation to NFC: letters, marks, digits, punctuation, symbols, and spaces inside. So no
 * control, zero-width or direction characters, which make two names look alike, and no lone surrogates.
 */
const username = text()
  .refine(hasLength(3, 32), 'must have 3 to 32 characters')
  .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u, 'must have only letters, digits, punctuation, symbols and spaces')
  .regex(/^(?! )[^]*(?<! )$/, 'must not begin or end with a space');

/**
 * At most 254 characters, 64 before the `@` (RFC 5321, section 4.5.3.1), ASCII; lower-cased as a whole, so that one mailbox
 * is one user. Nothing else is changed: dots and `+tag` stay.
 */
const email = text()
  .toLowerCase()
  .refine((value) => value.length <= 254, 'must have at most 254 characters')
  .refine((value) => value.indexOf('@') <= 64, 'must have at most 64 characters before the @')
  .regex(z.regexes.email, 'must be an e-mail address');

/**
 * 8 to 128 characters of any kind but control characters and lone surrogates, after normalisation to NFC: the same password
 * typed on another keyboard is the same (RFC 8265, section 4.2). Case and spaces count; there are no composition rules.
 */
const password = text()
  .refine(hasLength(8, 128), 'must have 8 to 128 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not have control characters');

/** What a user may be called, reached at, and log in with. The messages never repeat the value. */
export const userFields = { username, email, password } as const;
