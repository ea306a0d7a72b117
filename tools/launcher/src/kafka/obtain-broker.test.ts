import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { silence, type OnProgress, type ProgressEvent } from '../progress.ts';
import { executable } from '../testing/executable.ts';
import { listen } from '../testing/listen.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Broker } from './broker.ts';
import { obtainBroker } from './obtain-broker.ts';

it('uses the Kafka of KAFKA_BROKERS when one of its addresses answers, and leaves it alone', async () => {
  const brokers = `127.0.0.1:${await freePort()},127.0.0.1:${await listen()}`;
  const broker = await obtain({ KAFKA_BROKERS: brokers });
  expect(broker).toMatchObject({ kind: 'given', brokers });
  await expect(broker.stop()).rejects.toThrow('The Kafka of KAFKA_BROKERS is not ours to stop or start.');
  await broker.close();
});

it('says that nothing answers at KAFKA_BROKERS, and what to do', async () => {
  const brokers = `127.0.0.1:${await freePort()}`;
  await expect(obtain({ KAFKA_BROKERS: brokers })).rejects.toThrow(
    `KAFKA_BROKERS names ${brokers}, where nothing answers (ECONNREFUSED). Start that Kafka, or unset KAFKA_BROKERS to have one started.`,
  );
});

it.each(['localhost', 'localhost:', 'http://localhost:9092', 'localhost:9092,', 'localhost:99999'])(
  'refuses %s as KAFKA_BROKERS',
  async (brokers) => {
    await expect(obtain({ KAFKA_BROKERS: brokers })).rejects.toThrow(
      'KAFKA_BROKERS must be host:port[,host:port], not',
    );
  },
);

it('names all that is missing in one line', async () => {
  await expect(obtain({ PATH: temporaryFolder() })).rejects.toThrow(
    /^No Kafka to be had: no Docker engine answers, no JDK 17\+ \(java is not on PATH\), no Maven \(mvn is not on PATH\)\. Start Docker, or install a JDK 17\+ and Maven, or set KAFKA_BROKERS to a Kafka of yours\.$/,
  );
});

it('does not miss Maven when the jars are in the cache', async () => {
  const cache = temporaryFolder();
  mkdirSync(join(cache, 'millrace', 'kafka-4.3.1'), { recursive: true });
  await expect(obtain({ PATH: temporaryFolder(), XDG_CACHE_HOME: cache })).rejects.toThrow(
    'No Kafka to be had: no Docker engine answers, no JDK 17+ (java is not on PATH). Start',
  );
});

it('goes on without Docker when the image can neither be found nor pulled, and says so', async () => {
  const path = temporaryFolder();
  executable(path, 'docker', {
    sh: `case "$*" in
      'version '* | 'compose version '*) echo 28 ;;
      *' pull kafka') echo 'registry: no such host' >&2; exit 18 ;;
      *) exit 1 ;;
    esac`,
  });
  const notes: ProgressEvent[] = [];
  const obtaining = obtain({ PATH: path }, (event) => void notes.push(event));
  const why = 'apache/kafka:4.3.1 cannot be pulled: registry: no such host';
  await expect(obtaining).rejects.toThrow(`No Kafka to be had: ${why}, no JDK 17+`);
  expect(notes.at(-1)).toEqual({ state: 'note', what: 'Kafka', detail: `${why}, so it will be a Java process` });
});

it('says why Maven could not fetch the jars, and leaves no half of them in the cache', async () => {
  const path = temporaryFolder();
  const cache = temporaryFolder();
  executable(path, 'java', { sh: `echo 'openjdk version "17"'` });
  executable(path, 'mvn', {
    sh: `echo '[INFO] Scanning'; echo '[ERROR] Could not transfer kafka: unknown host'; exit 1`,
  });
  await expect(obtain({ PATH: path, XDG_CACHE_HOME: cache })).rejects.toThrow(
    "Maven could not fetch Kafka's jars: Could not transfer kafka: unknown host",
  );
  expect(readdirSync(join(cache, 'millrace'))).toEqual([]);
});

it('says by its log why Kafka does not start, and formats its storage only once', async () => {
  const path = temporaryFolder();
  const cache = temporaryFolder();
  const dataDir = temporaryFolder();
  mkdirSync(join(cache, 'millrace', 'kafka-4.3.1'), { recursive: true });
  executable(path, 'java', {
    sh: `case "$*" in
      -version) echo 'openjdk version "17"' ;;
      *StorageTool*) echo formatted >> ${path}/formats ;;
      *) echo 'FATAL no room'; exit 1 ;;
    esac`,
  });
  for (const _attempt of [1, 2]) {
    await expect(obtain({ PATH: path, XDG_CACHE_HOME: cache }, undefined, dataDir)).rejects.toThrow(
      'Kafka did not start: exit code 1.\n  | FATAL no room',
    );
  }
  expect(readFileSync(join(path, 'formats'), 'utf8')).toBe('formatted\n');
});

async function obtain(
  env: Record<string, string>,
  onProgress: OnProgress = silence,
  dataDir = temporaryFolder(),
): Promise<Broker> {
  const port = await freePort();
  return obtainBroker({ dataDir, port, env: { HOME: temporaryFolder(), ...env }, onProgress });
}
