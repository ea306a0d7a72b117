import { describe, expect, it } from 'vitest';
import { protocolErrorOf, reasonOf } from './kafka-error.ts';

const protocol = Object.assign(new Error('The coordinator is not aware of this member'), { type: 'UNKNOWN_MEMBER_ID' });
const wrapped = new Error('tried often', { cause: new Error('tried', { cause: protocol }) });

describe('an error of kafkajs', () => {
  it('is known by the name that Kafka gave it, however deep it is wrapped', () => {
    expect(protocolErrorOf(wrapped)).toBe('UNKNOWN_MEMBER_ID');
    expect(protocolErrorOf(protocol)).toBe('UNKNOWN_MEMBER_ID');
    expect(protocolErrorOf(new Error('other'))).toBeUndefined();
    expect(protocolErrorOf('text')).toBeUndefined();
  });

  it('is told by its innermost message', () => {
    expect(reasonOf(wrapped)).toBe('The coordinator is not aware of this member');
    expect(reasonOf(new TypeError(''))).toBe('TypeError');
    expect(reasonOf('text')).toBe('text');
  });
});
