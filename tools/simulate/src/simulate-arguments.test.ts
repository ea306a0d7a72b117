import { expect, it } from 'vitest';
import { parseSimulateArguments } from './simulate-arguments.ts';

it('runs a thousand seeds, for each planted bug, too, where nothing is said', () => {
  expect(parseSimulateArguments([])).toEqual({ help: false, trace: false, planted: false, seeds: 1_000, from: 1 });
  expect(parseSimulateArguments(['--planted'])).toMatchObject({ planted: true, seeds: 1_000 });
});

it('takes what is said', () => {
  expect(parseSimulateArguments(['--seeds', '2', '--from', '77', '--trace'])).toMatchObject({
    seeds: 2,
    from: 77,
    trace: true,
  });
});

it.each([
  [['--seeds', '0'], '--seeds takes a whole number from 1, not "0". npm run simulate -- --help lists the options.'],
  [['--seeds', 'many'], '--seeds takes a whole number from 1, not "many"'],
  [['--from=-3'], '--from takes a whole number from 1, not "-3"'],
  [['--from', '99999999999'], '--from takes a whole number from 1, not "99999999999"'],
  [['--seed', '1'], "Unknown option '--seed'. npm run simulate"],
  [['7'], "Unexpected argument '7'. "],
  [['--trace'], '--trace is for at most 10 runs, not 1000'],
  [['--trace', '--planted'], '--trace shows runs of the engine as it is; it does not go with --planted'],
])('refuses %j in one line', (args, message) => {
  expect(() => parseSimulateArguments(args)).toThrow(message);
});
