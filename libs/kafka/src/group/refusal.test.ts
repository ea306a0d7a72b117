import { expect, it } from 'vitest';
import { refusalOf } from './refusal.ts';

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

it('names a group with other clients in it, and what to do', () => {
  const error = named('KafkaJSNonRetriableError', 'wrapped', {
    cause: named('KafkaJSProtocolError', 'incompatible', { type: 'INCONSISTENT_GROUP_PROTOCOL' }),
  });
  expect(refusalOf(error, 'billing')?.what).toBe(
    'group billing has members that are no Millrace consumers, or of a version too far from this one: stop those first, see docs/migrating.md',
  );
});

it('names a compression that cannot be read, and those that can', () => {
  const error = named('KafkaJSNonRetriableError', 'wrapped', {
    cause: named('KafkaJSNotImplemented', 'LZ4 compression not implemented'),
  });
  expect(refusalOf(error, 'billing')?.what).toBe(
    'group billing cannot read its topics: LZ4 compression not implemented; producers may use gzip, zstd or none',
  );
});

it('is none where it may pass by itself', () => {
  expect(refusalOf(named('KafkaJSProtocolError', 'rebalance', { type: 'REBALANCE_IN_PROGRESS' }), 'g')).toBeUndefined();
  expect(refusalOf('odd', 'g')).toBeUndefined();
});
