import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '@millrace/messaging/testing';
import { InstantApi } from './instant-api.ts';
import { RunCheck } from './run-check.ts';
import { SampleSource } from './sample-source.ts';
import { SampleTopic } from './sample-topic.ts';
import { concurrency, type Subject } from './subjects.ts';

/** What a subject is to do in one run. */
export interface Load {
  /** How many of the records are measured: from the first record to this outcome. */
  readonly records: number;
  /** Records in the topic, all the time, that no call has begun for, beside those that could be under way. */
  readonly backlog: number;
  /** Among which each record's is drawn. */
  readonly keys: number;
  readonly partitions: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a record took, in microseconds, with what the benchmark itself does per record. */
export interface Cost {
  /** By the clock on the wall: what the machine does beside is in it. */
  readonly elapsed: number;
  /** Of the processor, for this thread. */
  readonly cpu: number;
}

/** Throws where the subject broke its order, or its commits. */
export async function measure(subject: Subject, load: Load): Promise<Cost> {
  const { records, backlog } = load;
  const random = seededRandom(1);
  const topic = new SampleTopic(load);
  const length = records + backlog + concurrency;
  const check = new RunCheck(topic, { ...load, length });
  const api = new InstantApi(check);
  const source = new SampleSource(topic, (partition, { offset }) => check.committed(partition, offset));
  const append = () => topic.append(Math.floor(random() * load.keys));
  for (let index = 0; index < concurrency + backlog; index++) append();
  const all = Promise.withResolvers<void>();
  let outcomes = 0;
  const ended = () => {
    outcomes++;
    if (outcomes <= records) append();
    if (outcomes === records) all.resolve();
    source.wake();
  };
  collectGarbage();
  const begun = performance.now();
  const begunCpu = process.threadCpuUsage();
  const stop = await subject.start({ source, api, ended });
  await all.promise;
  const elapsedMs = performance.now() - begun;
  const { user, system } = process.threadCpuUsage(begunCpu);
  await stop();
  check.close(topic);
  return { elapsed: (elapsedMs * 1_000) / records, cpu: (user + system) / records };
}
