import { expect, it } from 'vitest';
import { type CommandName, parseCommand } from './arguments.ts';
import { helpText } from './help.ts';

it.each<readonly [string, string]>([
  ['topics', 'there is no command "topics"'],
  ['dlq', 'dlq does one of list, show, replay, discard, history'],
  ['dlq drop', 'there is no command dlq drop'],
  ['dlq list --colour', "Unknown option '--colour'"],
  ['dlq list --limit many', '--limit must be a whole number of at least 1, not "many"'],
  ['dlq list --code NOPE', '--code NOPE: there is no such code'],
  ['dlq list --since yesterday', '--since must be a time such as 2026-11-21T12:00:00Z, not "yesterday"'],
  ['dlq list --topic=', '--topic is empty'],
  ['dlq show', 'dlq show needs one <topic>/<partition>/<offset>'],
  ['dlq show a.b.dlq/0/1 a.b.dlq/0/2', 'dlq show needs one <topic>/<partition>/<offset>'],
  ['dlq show orders/0/1', '"orders/0/1" names no dead letter'],
  ['dlq replay --rate 0', '--rate must be a whole number of at least 1, not "0"'],
  ['dlq replay --now 2026-01-01', '--now is for --dry-run alone'],
  ['dlq discard --all', 'dlq discard needs --reason'],
])('`%s` is wrong: %s', (line, message) => {
  expect(() => parseCommand(line.split(' '))).toThrow(message);
});

it('reads what is given, and leaves the rest at what is safe', () => {
  expect(parseCommand(['dlq', 'replay'])).toMatchObject({ force: false, again: false, dryRun: false, rate: undefined });
  const line = 'dlq replay a.b.dlq/0/1 --code API_TIMEOUT --code API_REJECTED --rate 5 --by ann --brokers k:1 --json';
  expect(parseCommand(line.split(' '))).toMatchObject({
    name: 'replay',
    filter: { ids: ['a.b.dlq/0/1'], codes: ['API_TIMEOUT', 'API_REJECTED'] },
    rate: 5,
    by: 'ann',
    brokers: 'k:1',
    json: true,
  });
});

it.each([[''], ['--help'], ['dlq --help'], ['dlq list -h'], ['dlq discard --help']])('`%s` shows help', (line) => {
  const asked = parseCommand(line.split(' ').filter(Boolean)) as { help: CommandName | undefined };
  expect(asked).toHaveProperty('help');
  expect(helpText(asked.help)).toContain('Exit codes: 0 done');
});
