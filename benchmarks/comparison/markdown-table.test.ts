import { expect, it } from 'vitest';
import { markdownTable } from './markdown-table.ts';

it('is as wide as its widest cells, with figures to the right', () => {
  expect(
    markdownTable(
      ['', 'calls/s'],
      [
        ['raw', '1'],
        ['millrace', '12,345'],
      ],
    ),
  ).toBe(
    ['|          | calls/s |', '| -------- | ------: |', '| raw      |       1 |', '| millrace |  12,345 |'].join('\n'),
  );
});
