import { expect, it } from 'vitest';
import { parseChaosArguments } from './chaos-arguments.ts';
import { chooseScenarios } from './run-chaos.ts';
import { scenarios } from './scenarios/index.ts';

const parse = (...args: readonly string[]) => parseChaosArguments(args, () => 99);

it('runs everything with a new seed where nothing is said', () => {
  const none = { help: false, list: false, only: [], keep: undefined };
  expect(parse()).toEqual({ ...none, extent: 'full', seed: 99, parallel: 3, rate: 100 });
});

it('takes what is said', () => {
  const chosen = parse('--short', '--only', 'zombie', '--only=scale', '--seed', '7', '--parallel', '1', '--rate', '20');
  expect(chosen).toMatchObject({ extent: 'short', only: ['zombie', 'scale'], seed: 7, parallel: 1, rate: 20 });
});

it.each([
  [['--seed', '0'], '--seed takes a whole number from 1, not "0". npm run chaos -- --help lists the options.'],
  [['--rate', 'fast'], '--rate takes a whole number from 1, not "fast"'],
  [['--seeds', '1'], "Unknown option '--seeds'. npm run chaos"],
  [['zombie'], "Unexpected argument 'zombie'. "],
])('refuses %j in one line', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});

it('chooses scenarios by name, in whatever extent, and says where there is none', () => {
  const names = (...args: readonly string[]) => chooseScenarios(scenarios, parse(...args)).map(({ name }) => name);
  expect(names('--only', 'leader', '--short')).toEqual(['leader-killed']);
  expect(names('--short')).toContain('zombie');
  expect(names('--short').length).toBeLessThan(names().length);
  expect(() => names('--only', 'zomby')).toThrow('No scenario is called zomby. npm run chaos -- --list shows them.');
});

it('has a name of its own for each scenario', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
