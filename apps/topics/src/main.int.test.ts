import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { topics } from '@millrace/contracts';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly lines: readonly { readonly msg: string; readonly level: string }[];
  readonly stderr: string;
}

/** Runs the program to its end. */
function run(env: Readonly<Record<string, string>>): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main], { env: { ...process.env, ...env } }, (_, stdout, stderr) => {
      const lines = stdout.trim().split('\n');
      resolve({
        code: child.exitCode,
        lines: lines.filter(Boolean).map((line) => JSON.parse(line) as Run['lines'][0]),
        stderr,
      });
    });
  });
}

/** By name: of lines written at once a pipe may get one late. On a busy machine it has to wait for Kafka, and says so. */
function toldOfTopics({ lines }: Run): readonly string[] {
  return lines
    .map(({ msg }) => msg)
    .filter((msg) => msg.startsWith('topic '))
    .toSorted();
}

it('makes every topic of the contracts, says so line by line, and may run again', async () => {
  const ofGroups = ['dlq', 'replay'];
  const names = topics.flatMap(({ name, groups }) => [
    name,
    ...groups.flatMap((group) => ofGroups.map((end) => `${name}.${group}.${end}`)),
  ]);
  names.push('millrace.dlq-decisions');
  const first = await run({});
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const told = toldOfTopics(first);
  for (const name of names) {
    expect(told.filter((line) => [`topic ${name} created`, `topic ${name} existed`].includes(line))).toHaveLength(1);
  }
  const second = await run({});
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(toldOfTopics(second)).toEqual(names.map((name) => `topic ${name} existed`).toSorted());
});

it('ends with one line that says where no Kafka is', async () => {
  const { code, stderr } = await run({ KAFKA_BROKERS: '127.0.0.1:1', TOPICS_TIMEOUT_MS: '1500' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^topics failed: no Kafka at 127\.0\.0\.1:1 in 1500 ms: .*ECONNREFUSED.*\n$/);
});

it('ends with one line that names a variable which is wrong', async () => {
  const { code, stderr } = await run({ TOPICS_REPLICATION_FACTOR: 'many' });
  expect(code).toBe(1);
  expect(stderr).toContain('TOPICS_REPLICATION_FACTOR');
});
