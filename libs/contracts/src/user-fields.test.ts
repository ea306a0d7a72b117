import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { userFields } from './user-fields.ts';

const messagesOf = (field: keyof typeof userFields, value: unknown) =>
  userFields[field].safeParse(value).error?.issues.map(({ message }) => message) ?? [];

const good = {
  username: ['Ada', 'ada.lovelace', 'Ада Байрон', '李小龍', '😀😀😀', 'x'.repeat(32), '😀'.repeat(32)],
  email: ['ada@example.org', "o'neil+tag@mail.example.co.uk", `${'a'.repeat(64)}@example.org`],
  password: ['12345678', '        ', 'пароль с пробелом', '😀'.repeat(8), 'x'.repeat(128), '😀'.repeat(128)],
};

const bad = {
  username: [
    '',
    'ad',
    '😀😀',
    'x'.repeat(33),
    ' ada',
    'ada ',
    'a\nda',
    'ada\u0000',
    'ada\u200b',
    '\u202eada',
    'ada\ud800',
    'ada\u{e0061}',
  ],
  email: [
    '',
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@example-.org',
    'ada@-example.org',
    `ada@${'a'.repeat(64)}.org`,
    `ada@example.${'a'.repeat(64)}`,
    'a b@example.org',
    'ada@example.org\n',
    'ada@exämple.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b.'.repeat(130)}org`,
  ],
  password: ['', '1234567', '😀'.repeat(7), 'x'.repeat(129), '12345678\u0000', '1234\t5678', '12345678\udc00'],
};

interface StringSchema {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern: string;
  readonly not?: { readonly pattern: string };
}

/** Whether a JSON Schema takes a text; lone surrogates are no text. */
function fits({ minLength = 0, maxLength = Infinity, pattern, not }: StringSchema, value: string): boolean {
  const { length } = Array.from(value);
  const refused = not !== undefined && new RegExp(not.pattern, 'u').test(value);
  return (
    value.isWellFormed() &&
    length >= minLength &&
    length <= maxLength &&
    new RegExp(pattern, 'u').test(value) &&
    !refused
  );
}

describe.each(['username', 'email', 'password'] as const)('%s', (field) => {
  it('is documented as it is checked', () => {
    const schema = z.toJSONSchema(userFields[field], { io: 'input' }) as unknown as StringSchema;
    expect(good[field].filter((value) => !fits(schema, value))).toEqual([]);
    expect(bad[field].filter((value) => fits(schema, value))).toEqual([]);
  });

  it.each(good[field])('may be %j', (value) => {
    expect(messagesOf(field, value)).toEqual([]);
  });

  it.each(bad[field])('may not be %j', (value) => {
    expect(messagesOf(field, value)).not.toEqual([]);
  });

  it('must be there, and a string', () => {
    expect(messagesOf(field, undefined)).toEqual(['is required']);
    for (const value of [null, 7, true, ['ada'], { ada: 1 }])
      expect(messagesOf(field, value)).toEqual(['must be a string']);
  });
});

it('is a username with every character that can be seen, and with none of the others that have a meaning', () => {
  const unseen = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Z}]$/u;
  const seen = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
  const isUsername = (character: string) => userFields.username.safeParse(`ab${character}cd`).success;
  const wrong: string[] = [];
  for (let code = 0; code < 0x40000; code += 1) {
    const character = String.fromCodePoint(code);
    if (character === ' ') continue;
    if (isUsername(character) ? unseen.test(character) : seen.test(character)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  expect(['\u{e0001}', '\u{e0061}', '\u{e0100}'].filter(isUsername)).toEqual([]);
});

describe('an e-mail address', () => {
  it('ends somewhere', () => {
    expect(messagesOf('email', `a@${'b.'.repeat(130)}org`)).toEqual(['must have at most 254 characters']);
    expect(messagesOf('email', `${'a'.repeat(65)}@example.org`)).toEqual([
      'must have at most 64 characters before the @',
    ]);
  });

  it('is the same in capitals', () => {
    expect(userFields.email.parse('Ada.Lovelace+x@Example.ORG')).toBe('ada.lovelace+x@example.org');
  });
});

it('takes a name or password typed with combining marks for the same as one without', () => {
  for (const field of ['username', 'password'] as const)
    expect(userFields[field].parse('Zoe\u0308 Smith')).toBe('Zo\u00eb Smith');
});
