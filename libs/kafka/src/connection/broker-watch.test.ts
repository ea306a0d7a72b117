import { describe, expect, it } from 'vitest';
import { BrokerWatch } from './broker-watch.ts';
import { keptLog } from '../testing/test-kafka.ts';

describe('watching brokers', () => {
  it('says once that a broker is away and once that it is back, for each outage', () => {
    const { log, messages } = keptLog();
    const watch = new BrokerWatch(log);
    watch.reached('a:1');
    expect(messages).toEqual([]);
    for (let outage = 0; outage < 2; outage++) {
      for (let attempt = 0; attempt < 5; attempt++) watch.failed('a:1', 'ECONNREFUSED');
      watch.failed('b:1', 'ECONNREFUSED');
      watch.reached('a:1');
      watch.reached('a:1');
    }
    const away = 'Kafka broker cannot be reached; trying on';
    const back = 'Kafka broker can be reached again';
    expect(messages).toEqual([away, away, back, away, back]);
  });
});
