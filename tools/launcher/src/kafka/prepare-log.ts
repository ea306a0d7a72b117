import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ObtainBrokerOptions } from './broker.ts';

/** Makes the broker's log, empty, with its folder; resolves with its absolute path. */
export async function prepareLog({
  dataDir,
  logFile = join(dataDir, 'kafka.log'),
}: ObtainBrokerOptions): Promise<string> {
  const path = resolve(logFile);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  return path;
}
