import { describe, expect, it } from 'vitest';
import { withLogFields } from './log-fields.ts';
import { createLogger } from './logger.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): {
  line: string;
  fields: Record<string, unknown>;
} {
  const lines: string[] = [];
  write(createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } }));
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  return { line, fields: JSON.parse(line) as Record<string, unknown> };
}

describe('the logger', () => {
  it('writes JSON with the service, a readable level and an ISO time', () => {
    const { fields } = logged((log) => log.info({ api: 'notification' }, 'api call'));
    expect(fields).toMatchObject({ service: 'test', level: 'info', api: 'notification', msg: 'api call' });
    expect(new Date(fields['time'] as string).toISOString()).toBe(fields['time']);
  });

  it.each([
    { password: 'x1y2' },
    { user: { token: 'x1y2' } },
    { request: { headers: { authorization: 'Bearer x1y2' } } },
  ])('censors %o', (fields) => {
    expect(logged((log) => log.info(fields)).line).not.toContain('x1y2');
  });

  it('replaces e-mail addresses wherever they stand, in the messages of errors too', () => {
    const { line, fields } = logged((log) =>
      log.warn({ err: new Error('no such user: jane.doe+news@mail.example.com') }, 'for <jim@example.org>'),
    );
    expect(line).not.toMatch(/@[a-z]+\.|jane|jim/);
    expect(fields['msg']).toBe('for <[e-mail]>');
  });

  it('writes the fields that were given to it with each line, below those of the line, and censors them, too', () => {
    const { line, fields } = logged((log) => {
      const forOrder = withLogFields(log.child({ group: 'billing' }), { order: 7, step: 0, user: { token: 'x1y2' } });
      withLogFields(forOrder, { item: 2 }).info({ step: 1 }, 'packed');
    });
    expect(fields).toMatchObject({ service: 'test', group: 'billing', order: 7, item: 2, step: 1, msg: 'packed' });
    expect(line).not.toContain('x1y2');
  });

  it('gives no other logger the fields that were given to one', () => {
    const { fields } = logged((log) => {
      withLogFields(log, { order: 7 });
      log.info('open');
    });
    expect(fields).not.toHaveProperty('order');
  });
});
