import { expect, it } from 'vitest';
import { honestCount } from './judging/honest-count.ts';
import { Story } from './judging/story.test-support.ts';
import { summaryTable } from './summary-table.ts';

it('has a line per scenario, columns in line, and says what they mean', () => {
  const run = new Story().write('k', 'e1', 'e2').grant('m1').call('m1', 'e1').call('m1', 'e1').commit('m1', 1);
  const count = honestCount(run.evidence);
  const table = summaryTable([
    { name: 'zombie', ok: false, seconds: 12.3, count, figures: ['10 stops'], breaches: [] },
    { name: 'scale-up', ok: true, seconds: 1, count: undefined, figures: [], breaches: [] },
  ]).split('\n');
  expect(table.slice(0, 3)).toEqual([
    '   scenario   s  events  twice  calls  lost  double  order  overlap  late  after 200  retries  in flight  uncommitted  bound  oldest ms',
    '✗  zombie    12       2      0      2     1       1      0        0     0          1        0          0            0      0          0  10 stops',
    '✓  scale-up   1       –      –      –     –       –      –        –     –          –        –          –            –      –          –',
  ]);
  expect(table).toContain('lost         acknowledged, and neither an effect nor a dead letter: 0');
});
