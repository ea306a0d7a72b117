import { z } from 'zod';

// What a refinement demands, JSON Schema does not know: `meta` says it again for docs/openapi, and a test compares.

const text = () =>
  z.string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') }).normalize('NFC');

/** Counts characters as people do, not UTF-16 units: an emoji is one. */
const hasLength = (min: number, max: number) => (value: string) => {
  const { length } = Array.from(value);
  return length >= min && length <= max;
};

/** Whether all of a text is Unicode, and fits. */
const matches = (pattern: string) => {
  const expression = new RegExp(pattern, 'u');
  return (value: string) => value.isWellFormed() && expression.test(value);
};

/**
 * No control, format and tag characters, none that Unicode's basic plane leaves to private use, and of the separators the
 * space only. By number, as not everybody who reads docs/openapi knows Unicode's categories, and as these grow: two versions
 * of Node must not disagree about a name. The ranges are short because generators of test data walk through them.
 */
const seen =
  '^[^' +
  '\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u1680\\u180e\\u2000-\\u200f' +
  '\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ue000-\\uf8ff\\ufeff\\ufff0-\\ufffb\\ufffe\\uffff' +
  '\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}' +
  ']*$';

/**
 * 3 to 32 characters after normalisation to NFC: letters, marks, digits, punctuation, symbols, and spaces inside. So no
 * control, zero-width or direction characters, which make two names look alike, and no lone surrogates.
 */
const username = text()
  .refine(hasLength(3, 32), 'must have 3 to 32 characters')
  .refine(matches(seen), 'must have only letters, digits, punctuation, symbols and spaces')
  .refine((value) => !/^ | $/.test(value), 'must not begin or end with a space')
  .meta({ minLength: 3, maxLength: 32, pattern: seen, not: { pattern: '^ | $' } });

/** RFC 5321, section 4.1.2, without quotes and brackets; each part of the domain as RFC 1123, section 2.1 has it. */
const mailbox =
  /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

/**
 * At most 254 characters, 64 before the `@` (RFC 5321, section 4.5.3.1), ASCII; lower-cased as a whole, so that one mailbox
 * is one user. Nothing else is changed: dots and `+tag` stay.
 */
const email = text()
  .toLowerCase()
  .refine((value) => value.length <= 254, 'must have at most 254 characters')
  .refine((value) => value.indexOf('@') <= 64, 'must have at most 64 characters before the @')
  .regex(mailbox, 'must be an e-mail address')
  .meta({ maxLength: 254, not: { pattern: '^[^@]{65}' }, description: 'An e-mail address.' });

const typeable = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/**
 * 8 to 128 characters of any kind but control characters and lone surrogates, after normalisation to NFC: the same password
 * typed on another keyboard is the same (RFC 8265, section 4.2). Case and spaces count; there are no composition rules.
 */
const password = text()
  .refine(hasLength(8, 128), 'must have 8 to 128 characters')
  .refine(matches(typeable), 'must not have control characters')
  .meta({ minLength: 8, maxLength: 128, pattern: typeable });

/** What a user may be called, reached at, and log in with. The messages never repeat the value. */
export const userFields = { username, email, password } as const;
