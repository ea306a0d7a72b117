import type { KafkaProxy, PassingRequest } from '@millrace/kafka/testing';
import { expect, it } from 'vitest';
import { holdRelay, type RelayPoint } from './hold-relay.ts';

const outbox = 'millrace-outbox-0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11';
const ids = ['1', '2', '3'].map((each) => `${each}198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11`);
const request = (text: string): PassingRequest => ({ api: 0, broker: 'b:1', frame: Buffer.from(text, 'latin1') });
const produce = (shard: number, ...events: readonly string[]) =>
  request(`\0\x2f${outbox}-${shard}\xff\xff${events.map((id) => `\x0ace_id\x48${id}`).join('\x0e')}`);
const commit = (shard: number) => request(`\0\x2f${outbox}-${shard}\0\x01`);

interface Rule {
  readonly api: string;
  readonly where: ((request: PassingRequest) => boolean) | undefined;
  readonly met: PassingRequest[];
}

/** A proxy to which requests are told, and which says which of them it holds. */
function held(point: RelayPoint) {
  const rules: Rule[] = [];
  const meddle: KafkaProxy['meddle'] = (api, _fate, where) => {
    const rule: Rule = { api, where, met: [] };
    rules.push(rule);
    return { met: rule.met, end: () => void rules.splice(rules.indexOf(rule), 1) };
  };
  const relay = holdRelay({ meddle } as KafkaProxy, point);
  const pass = (api: 'Produce' | 'EndTxn', passing: PassingRequest): void => {
    rules.find((rule) => rule.api === api && (rule.where?.(passing) ?? true))?.met.push(passing);
  };
  return { relay, pass, rules };
}

it.each(['write', 'written'] as const)('holds at %s what is written, and knows the events in it', (point) => {
  const { relay, pass, rules } = held(point);
  expect(relay.isHeld()).toBe(false);
  pass('Produce', produce(1, ids[0] ?? '', ids[1] ?? ''));
  expect([relay.isHeld(), relay.eventIds()]).toEqual([true, ids.slice(0, 2)]);
  relay.end();
  expect(rules).toEqual([]);
});

it('holds the commit of what was written since, and knows the events in that transaction alone', () => {
  const { relay, pass, rules } = held('commit');
  pass('EndTxn', commit(1));
  expect(relay.isHeld()).toBe(false);
  pass('Produce', produce(1, ids[0] ?? ''));
  pass('Produce', produce(11, ids[1] ?? ''));
  pass('Produce', produce(1, ids[2] ?? ''));
  expect(relay.isHeld()).toBe(false);
  pass('EndTxn', commit(1));
  expect([relay.isHeld(), relay.eventIds()]).toEqual([true, [ids[0], ids[2]]]);
  relay.end();
  expect(rules).toEqual([]);
});
