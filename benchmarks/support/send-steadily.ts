import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import { sampleRecord } from '../backlog/sample-record.ts';
import { machineMs } from './machine-ms.ts';

const { Kafka, logLevel, Partitioners } = kafkajs;
const sliceMs = 20;

export interface SteadyLoad {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly perSecond: number;
  /** Record n is of key `n % keys`. */
  readonly keys: number;
}

/** Sends records at a steady pace until it is stopped; `stop` resolves to when each was handed to Kafka, by its number. */
export async function sendSteadily({ brokers, topic, perSecond, keys }: SteadyLoad) {
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  const sentMs: number[] = [];
  let stopped = false;
  const send = async () => {
    const startMark = performance.now();
    while (!stopped) {
      const due = Math.floor(((performance.now() - startMark) * perSecond) / 1_000) - sentMs.length;
      const messages = Array.from({ length: Math.max(0, due) }, () => {
        const number = sentMs.push(machineMs()) - 1;
        return sampleRecord({ key: number % keys, sequence: Math.floor(number / keys) }, defaultValueBytes);
      });
      if (messages.length > 0) await producer.send({ topic, messages, acks: 1 });
      await delay(sliceMs);
    }
    await producer.disconnect();
    return sentMs as readonly number[];
  };
  const sending = send();
  return {
    sent: () => sentMs.length,
    stop: () => {
      stopped = true;
      return sending;
    },
  };
}
