import { createEvent, encodeEvent } from '@millrace/messaging';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testKafka } from '../testing/test-kafka.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { CallBook } from '../testing/call-book.ts';
import { KafkaWorld } from '../testing/kafka-world.ts';
import { rowEvent } from '../testing/row-event.ts';
import { shortSettings } from '../testing/short-settings.ts';
import { type SpawnedConsumer, spawnConsumer } from '../testing/spawn-consumer.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
const partitions = 12;
const keys = 240;

/** A group of consumers in processes of their own, under load; what was committed is looked at all the time. */
async function openGroup() {
  const world = await KafkaWorld.make({ brokers }, partitions);
  const book = new CallBook();
  const running: SpawnedConsumer[] = [];
  const commits: (readonly number[])[] = [];
  const load = writeSteadily(world.rig.topic);
  onTestFinished(async () => {
    await load.stop();
    await Promise.all(running.map((consumer) => consumer.end('SIGKILL')));
    await world.close();
  });
  const { topic } = world.rig;
  const callMs = { least: 5, most: 60 };
  const settings = { ...shortSettings, drainTimeoutMs: 5_000 };
  const join = async (name: string) => {
    const spec = { name, brokers: brokers.split(','), group: world.group, topic, callMs, settings };
    const before = book.done;
    const consumer = spawnConsumer(spec, book.add);
    running.push(consumer);
    await world.until(() => book.calledBy(name) && book.done > before + 50);
    await look();
    return consumer;
  };
  const leave = async (consumer: SpawnedConsumer, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    await consumer.end(signal);
    await look();
  };
  const look = async () => void commits.push((await world.committed()).map((stored) => stored?.offset ?? -1));
  /** Resolves when all is done that was written. */
  const finish = async () => {
    const written = await load.stop();
    await world.until(() => book.done === written);
    await world.until(
      async () => (await world.committed()).reduce((sum, stored) => sum + (stored?.offset ?? 0), 0) === written,
    );
    await look();
  };
  const goneBack = () =>
    commits.filter(
      (now, at) => at > 0 && now.some((offset, partition) => offset < (commits[at - 1]?.[partition] ?? -1)),
    );
  return { world, book, join, leave, finish, goneBack };
}

/** Writes the rows of all keys, one number after the other; `stop` resolves to how many records that were. */
function writeSteadily(topic: string): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const contract = rowEvent(topic);
  const write = async () => {
    const producer = createRecordProducer(testKafka());
    await producer.start();
    let number = 0;
    for (; !stopping.signal.aborted; number++) {
      const rows = Array.from({ length: keys }, (_, key) => ({ key: `key-${key}`, number }));
      await producer.send(rows.map((row) => encodeEvent(topic, createEvent(contract, row, { source: '/rows' }))));
      await new Promise((resolve) => setTimeout(resolve, 500)); // the load that is wanted, not a wait for anything
    }
    await producer.stop();
    return number * keys;
  };
  const writing = write();
  return {
    stop: () => {
      stopping.abort();
      return writing;
    },
  };
}

/** What consumers say beside that a commit is to be repeated, since the group was just dividing its partitions anew. */
function complaints(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => line && !line.includes('Specified group generation id is not valid'));
}

describe('consumers in processes of their own, under load,', () => {
  it('come and go ten times: nothing is lost, overlaps, or is called again, and no commit goes back', async () => {
    const { book, join, leave, finish, goneBack } = await openGroup();
    const consumers = [await join('c0')];
    for (const round of [1, 2, 3, 4, 5]) {
      consumers.push(await join(`c${round}`));
      if (round > 1) await leave(consumers.splice(0, 1)[0]!);
    }
    await leave(consumers.splice(0, 1)[0]!);
    await finish();
    expect(book.repeated).toEqual([]);
    expect([book.breaches(), goneBack()]).toEqual([[], []]);
    for (const consumer of consumers) expect(complaints(consumer.stderr())).toEqual([]);
  }, 180_000);

  it('lose one by kill -9: another takes over what it had, and calls again only what was in flight or not committed', async () => {
    const { world, book, join, leave, finish, goneBack } = await openGroup();
    const killed = await join('killed');
    await join('left');
    await leave(killed, 'SIGKILL');
    const killedMs = world.nowMs();
    const open = book.open('killed');
    await finish();
    expect(open.filter((name) => !book.repeated.includes(name))).toEqual([]);
    // what had ended since the last commit: 250 ms, and as long again as it takes
    expect(book.repeated.length - open.length).toBeLessThan(2 * keys);
    expect([book.breaches({ killed: killedMs }), goneBack()]).toEqual([[], []]);
  }, 180_000);
});
