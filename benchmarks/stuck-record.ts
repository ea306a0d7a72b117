import type { Benchmark } from './benchmark.ts';
import { SampleTopic } from './engine/sample-topic.ts';
import { Life } from './stuck-record/life.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';

const records = 20_000;
const keys = 1_000;
const concurrency = 1_000;
/** How long the API takes: long enough for some commits before the middle of a run. */
const answerMs = 50;
/** The offset of the record that gets no answer; its key is its own. */
const stuck = 7;

/** What a crash costs in calls made again, while one record was stuck from the beginning. */
export const stuckRecord: Benchmark = {
  name: 'stuck-record',
  what: `${records.toLocaleString('en')} records, one of them stuck, crash, restart: how many are called again`,
  run: async () => {
    const rows = [
      await crash('when all others are done and committed', ({ committed }) => committed === records - 1),
      await crash('in the middle', ({ done }) => done >= records / 2),
    ];
    console.log(`\n${stuckRecord.what}`);
    console.log(`machine   ${machine()}`);
    console.log(`versions  Node ${process.versions.node}`);
    console.log(
      `setup     one partition, ${keys} keys, ${concurrency} calls at a time, answered after ${answerMs} ms; source in memory`,
    );
    printColumns(['done', 'of these committed', 'under way', 'called again'], rows);
    console.log('called again: what was done since the last commit, and what was under way, the stuck one among it');
  },
};

async function crash(label: string, isTime: (life: Life) => boolean) {
  const topic = new SampleTopic({ keys: keys + 1, partitions: 1 });
  for (let offset = 0; offset < records; offset++) topic.append(offset === stuck ? keys : offset % keys);
  const first = await lifeUntil(isTime, topic, (offset) => (offset === stuck ? undefined : answerMs));
  const { done, committed, called } = first;
  const second = await lifeUntil(
    (life) => life.committed === records,
    topic,
    () => answerMs,
  );
  const again = [...second.called].filter((offset) => called.has(offset));
  return { label, cells: [done, committed, called.size - done, again.length].map(String) };
}

/** A consumer that crashes as soon as it is time to. */
function lifeUntil(
  isTime: (life: Life) => boolean,
  topic: SampleTopic,
  answerMsOf: (offset: number) => number | undefined,
): Promise<Life> {
  return new Promise((resolve) => {
    const changed = () => {
      if (!isTime(life)) return;
      life.crash();
      resolve(life);
    };
    const life = new Life(topic, { concurrency, answerMs: answerMsOf, changed });
  });
}
