import { expect, it } from 'vitest';
import { FakeKafka } from '../testing/fake-kafka.ts';

const id = 'orders.billing.dlq/0/0';

it('shows why, where it was and every header, and what is in it only where that is asked for', async () => {
  const kafka = new FakeKafka();
  kafka.giveUp(kafka.event({ key: 'ann' }));
  const { out } = await kafka.run('show', id);
  expect(out).toContain('record           offset 0 of partition 0 of orders\n');
  expect(out).toContain('API_REJECTED: POST /invoices answered 422\n');
  expect(out).toContain('millrace_dlq_offset: 0\n');
  expect(out).toContain('decision         none yet\n');
  expect(out).not.toContain('customer');
  expect((await kafka.run('show', id, '--value')).out).toContain('\n{"secret":"of a customer"}\n');
});

it('shows the same to scripts', async () => {
  const kafka = new FakeKafka();
  kafka.giveUp(kafka.event({ key: 'ann' }));
  const shown = await kafka.runJson<object>('show', id);
  expect(shown).toMatchObject({ id, key: 'ann', code: 'API_REJECTED', headers: { ce_type: 'OrderPlaced' } });
  expect(shown).not.toHaveProperty('value');
  expect(await kafka.runJson('show', id, '--value')).toMatchObject({ value: '{"secret":"of a customer"}' });
});

it('shows bytes that are no text in base64', async () => {
  const kafka = new FakeKafka();
  kafka.giveUp({ ...kafka.event({ key: 'ann' }), value: Buffer.from([0xff, 0x00]) });
  expect((await kafka.run('show', id, '--value')).out).toContain('\n(no text; in base64)\n/wA=\n');
  expect(await kafka.runJson('show', id, '--value')).toMatchObject({ valueBase64: '/wA=' });
});

it('says so where there is none', async () => {
  await expect(new FakeKafka().run('show', id)).rejects.toThrow(`there is no dead letter at ${id}`);
});
