import { describe, expect, it } from 'vitest';
import { sendFailure } from './send-failure.ts';

function kafkaError(type: string, retriable: boolean): Error {
  return Object.assign(new Error(type.toLowerCase()), { type, retriable });
}

function triedOften(cause: Error): Error {
  const error = new Error(cause.message, { cause });
  return Object.assign(error, { name: 'KafkaJSNumberOfRetriesExceeded', retriable: false });
}

describe('a failed attempt to write', () => {
  it('is repeated when time may mend it', () => {
    const passing = [
      kafkaError('NOT_LEADER_FOR_PARTITION', true),
      kafkaError('NOT_ENOUGH_REPLICAS', true),
      Object.assign(new Error('connect ECONNREFUSED'), { retriable: true }),
      Object.assign(new Error('lock'), { name: 'KafkaJSLockTimeout', retriable: false }),
      Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    ];
    for (const error of passing) {
      expect(sendFailure(error, ['t'])).toBeUndefined();
      expect(sendFailure(triedOften(error), ['t'])).toBeUndefined();
    }
  });

  it('is the caller’s to repeat when the topic is missing or the producer is in doubt', () => {
    const missing = triedOften(kafkaError('UNKNOWN_TOPIC_OR_PARTITION', true));
    expect(sendFailure(missing, ['t'])).toMatchObject({ code: 'TOPIC_MISSING', retryable: true, cause: missing });
    for (const type of ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH']) {
      const failure = sendFailure(kafkaError(type, false), ['t']);
      expect(failure).toMatchObject({ code: 'BROKER_UNAVAILABLE', retryable: true });
      expect(failure?.message).toBe(`records for t were not accepted: ${type.toLowerCase()}`);
    }
  });

  it('is final when Kafka will never accept the record', () => {
    expect(sendFailure(kafkaError('MESSAGE_TOO_LARGE', false), ['t'])).toMatchObject({ retryable: false });
  });

  it('is not repeated when it is a bug', () => {
    expect(sendFailure(new TypeError('x is not a function'), ['t'])).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});
