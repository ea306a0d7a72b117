import { FsTree } from 'nx/src/generators/tree';
import { expect, it } from 'vitest';
import { root } from '../packages.ts';
import { consumerGenerator } from './generator.ts';
import type { ConsumerOptions } from './plan-consumer.ts';
import { readWorkspace } from './workspace.ts';

const { apps, ports } = await readWorkspace(root);
const name = 'made-for-a-test';
const folder = `apps/${name}-consumer`;

/** Generates from this workspace as it is into memory. */
async function generate(options: ConsumerOptions) {
  const tree = new FsTree(root, false);
  await consumerGenerator(tree, options);
  return tree;
}

it('makes a complete app and its entries, and touches nothing else', async () => {
  const tree = await generate({ name, event: ['UserRegistered'] });
  const changes = tree.listChanges().map(({ type, path }) => `${type} ${path}`);
  const sources = ['config.test', 'config', 'consumer.test', 'consumer', 'main', 'post-user-registered'];
  expect(changes.toSorted()).toEqual([
    `CREATE ${folder}/package.json`,
    ...sources.map((source) => `CREATE ${folder}/src/${source}.ts`),
    `CREATE ${folder}/tsconfig.json`,
    'UPDATE docker-compose.yml',
    'UPDATE libs/contracts/src/topics.ts',
    'UPDATE package-lock.json',
    'UPDATE tools/launcher/src/apps.ts',
  ]);
});

it('gives the app a port that no other has, the same wherever it is named', async () => {
  const tree = await generate({ name, event: ['UserRegistered'] });
  const [, port = ''] =
    /consumerApp\(\{ api: 'made-for-a-test', port: (\d+) \}\)/.exec(read(tree, 'tools/launcher/src/apps.ts')) ?? [];
  expect(ports.map(({ standard }) => standard)).not.toContain(Number(port));
  expect(read(tree, `${folder}/src/config.ts`)).toContain(`PORT: port(${port}),`);
  expect(read(tree, `${folder}/src/config.test.ts`)).toContain(`PORT: ${port},`);
});

it('sends of an event no more than what happened, when, and to whom', async () => {
  const tree = await generate({ name, event: ['UserRegistered'] });
  const handler = read(tree, `${folder}/src/post-user-registered.ts`);
  expect(handler).toContain(`api.post('/user-registered', { type, time, subject }, context)`);
  expect(handler).toContain('// userId, username, email, registeredAt\n');
});

it('has a handler and a subscription of its own for each of several events', async () => {
  const tree = await generate({ name, event: 'UserRegistered,UserEmailChanged' });
  expect(tree.children(`${folder}/src`)).toEqual(
    expect.arrayContaining(['post-user-registered.ts', 'post-user-email-changed.ts']),
  );
  const consumer = read(tree, `${folder}/src/consumer.ts`);
  for (const event of ['user-registered', 'user-email-changed'])
    expect(consumer).toContain(`{ name: '${name}-${event}' }`);
  expect(read(tree, 'libs/contracts/src/topics.ts').split(`'${name}'`)).toHaveLength(2);
});

it('is formatted as the rest is', async () => {
  const tree = await generate({ name, event: ['UserRegistered'] });
  expect(read(tree, 'tools/launcher/src/apps.ts')).toMatch(
    /\n {2}consumerApp\(\{ api: 'made-for-a-test', port: \d+ \}\),\n\];\n/,
  );
  expect(read(tree, 'libs/contracts/src/topics.ts')).toContain(`, '${name}']`);
});

it.each<[string, ConsumerOptions, string]>([
  ['no name', { event: ['UserRegistered'] }, 'What is the API called?'],
  ['a name that is none', { name: 'Made_For', event: ['UserRegistered'] }, 'Type: npx nx g consumer made-for'],
  ['an app that is there', { name: 'notification', event: ['UserRegistered'] }, 'apps/notification-consumer exists.'],
  ['no event', { name }, 'Which event is it to hear?'],
  ['--event without one', { name, event: true }, 'Which event is it to hear?'],
  ['an unknown event', { name, event: ['UserRegistered', 'Nothing'] }, 'No event is called Nothing. There are: '],
  ['a port that is taken', { name, event: ['UserRegistered'], port: 8080 }, 'Port 8080 is taken by gateway.'],
])('%s: says so without a stack trace, and writes nothing', async (_, options, message) => {
  const tree = new FsTree(root, false);
  const error: unknown = await consumerGenerator(tree, options).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: expect.stringContaining(message) as unknown });
  expect(error).not.toHaveProperty('stack');
  expect(tree.listChanges()).toEqual([]);
});

it.each([
  ['the launcher', 'tools/launcher/src/apps.ts', (text: string) => text.replace('apps: readonly', 'table: readonly')],
  ['docker-compose.yml', 'docker-compose.yml', (text: string) => text.replace('services:', 'servants:')],
  ['the list of topics', 'libs/contracts/src/topics.ts', (text: string) => text.replaceAll('groups:', 'teams:')],
])('%s without a place for it: says so, and writes nothing', async (_, file, spoil) => {
  const tree = new FsTree(root, false);
  tree.write(file, spoil(read(tree, file)));
  await expect(consumerGenerator(tree, { name, event: ['UserRegistered'] })).rejects.toThrow(file);
  expect(tree.listChanges().map(({ path }) => path)).toEqual([file]);
});

it('what is left of an app whose folder is gone is named, with the file it is in', async () => {
  const tree = new FsTree(root, false);
  const { name: app, api } = apps.find((each) => each.api)!;
  tree.delete(`apps/${app}`);
  const again = consumerGenerator(tree, { name: api!.name, event: ['UserRegistered'] });
  await expect(again).rejects.toThrow(`tools/launcher/src/apps.ts has a ${app}.`);
});

function read(tree: FsTree, file: string): string {
  return tree.read(file, 'utf8') ?? '';
}
