import { expect, it } from 'vitest';
import { parseComparisonArguments } from './comparison-arguments.ts';
import { ordinary, scenarios } from './scenario.ts';

const peers = ['raw', 'millrace'];
const parsed = (...args: string[]) => parseComparisonArguments(args, peers);

it('is the whole comparison where nothing is said, and one scenario where it is to be quick', () => {
  expect(parsed()).toEqual({ scenarios, only: [], rounds: 2, quick: false, whole: true });
  expect(parsed('--quick')).toMatchObject({ scenarios: [ordinary], rounds: 1, quick: true, whole: false });
});

it('takes peers, scenarios and rounds by name and number', () => {
  const asked = parsed('--only', 'millrace,raw', '--scenario', 'tls,10ms-c100', '--rounds', '7');
  expect(asked).toMatchObject({ only: ['millrace', 'raw'], rounds: 7, whole: false });
  expect(asked.scenarios.map(({ name }) => name)).toEqual(['10ms-c100', 'tls']);
});

it('takes a scenario that nobody has thought of', () => {
  const args =
    '--latency 25 --concurrency 300 --partitions 3 --keys zipf:1.2 --value-bytes 5000 --compression zstd --tls';
  expect(parsed(...args.split(' ')).scenarios).toEqual([
    {
      name: 'own',
      latency: { median: 25, spread: 'fixed', roundTrip: 0 },
      concurrency: 300,
      backlog: {
        partitions: 3,
        keys: { kind: 'zipf', exponent: 1.2, count: 100_000 },
        valueBytes: 5_000,
        compression: 'zstd',
      },
      tls: true,
    },
  ]);
  expect(parsed('--keys', '40').scenarios[0]?.backlog.keys).toEqual({ kind: 'uniform', count: 40 });
});

it.each([
  [
    ['--latency', '0'],
    '--latency takes a whole number from 1 to 10000, not "0". npm run bench -- --help lists the options.',
  ],
  [['--keys', 'zipf'], '--keys takes distinct, a number, or zipf:<exponent>, not "zipf"'],
  [['--value-bytes', '99'], '--value-bytes takes a whole number from 100 to 100000, not "99"'],
  [['--compression', 'lz4'], '--compression takes none or gzip or zstd, not "lz4"'],
  [['--only', 'raw,kpip'], '--only takes names among raw, millrace, not "kpip"'],
  [['--only', ''], '--only takes names among raw, millrace, not ""'],
  [['--scenario', 'fast'], '--scenario takes names among 10ms-c100'],
  [['--scenario', 'tls', '--latency', '3'], '--scenario does not go with a scenario of your own'],
  [['--fast'], "Unknown option '--fast'. npm run bench"],
  [['millrace'], "Unexpected argument 'millrace'"],
])('refuses %j in one line', (args, message) => {
  expect(() => parsed(...args)).toThrow(message);
});
