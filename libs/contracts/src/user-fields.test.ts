import { describe, expect, it } from 'vitest';
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
  ],
  email: [
    '',
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'a b@example.org',
    'ada@example.org\n',
    'ada@exämple.org',
  ],
  password: ['', '1234567', '😀'.repeat(7), 'x'.repeat(129), '12345678\u0000', '1234\t5678', '12345678\udc00'],
};

describe.each(['username', 'email', 'password'] as const)('%s', (field) => {
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
