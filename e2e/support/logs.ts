import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What one process of the system has printed. */
export interface Log {
  readonly name: string;
  readonly text: string;
}

const shownLines = 30;

/** Everything that the processes of a system have printed, Kafka included. */
export async function readLogs(dataDir: string): Promise<readonly Log[]> {
  const names = await readdir(dataDir, { recursive: true });
  const logs = names.filter((name) => name.endsWith('.log') && !isKafkaData(name)).toSorted();
  return Promise.all(logs.map(async (name) => ({ name, text: await readFile(join(dataDir, name), 'utf8') })));
}

/** The last lines of every log, for a person who looks for what went wrong. */
export async function describeLogs(dataDir: string): Promise<string> {
  const logs = await readLogs(dataDir);
  return logs.map(({ name, text }) => `--- ${name}\n${text.split('\n').slice(-shownLines).join('\n')}`).join('\n');
}

/** Kafka's records lie in files of this ending, too. They hold e-mail addresses, as they must. */
function isKafkaData(name: string): boolean {
  return /\d{20}\.log$/.test(name);
}
