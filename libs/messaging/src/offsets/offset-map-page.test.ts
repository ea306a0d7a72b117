import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeOffsetMap, maxMapLength } from './offset-map.ts';
import { OffsetTracker } from './offset-tracker.ts';
import { recordAt } from '../ports/record.test-support.ts';

const page = await readFile(new URL('../../../../docs/offset-map.md', import.meta.url), 'utf8');
const example = /```text\n(.*)\n```/.exec(page)?.[1] ?? '';
const stuck = {
  ...recordAt(4711),
  key: Buffer.from('user-7'),
  value: Buffer.from('{"a":1}'),
  timestampMs: 1_700_000_000_000,
};
const bits = '0110101101011101';

describe('docs/offset-map.md', () => {
  it('shows what is written for its example', () => {
    const tracker = new OffsetTracker({ log: 'user-events 7', start: 4711, committed: undefined, dropped: () => {} });
    tracker.deliver(stuck);
    for (let offset = 4712; offset < 5711 + bits.length; offset++) {
      const delivered = tracker.deliver(recordAt(offset));
      if (typeof delivered === 'object' && (offset < 5711 || bits[offset - 5711] === '1')) tracker.finish(delivered);
    }
    expect(tracker.commit()).toEqual({ offset: 4711, metadata: example });
    expect(page).toContain(bits);
  });

  it('shows the bytes of its example', () => {
    const shown = [...page.matchAll(/^\| (`[0-9a-f]{2}.*?) +\|/gm)].map(([, cell]) =>
      cell?.replaceAll(/[^0-9a-f]/g, ''),
    );
    const body = example.split('.')[4]?.slice(1) ?? '';
    expect(shown.join('')).toBe(Buffer.from(body, 'base64url').toString('hex'));
    expect(page).toContain(`\`${body}\``);
  });

  it('shows a map that says what it is said to say', () => {
    const map = decodeOffsetMap(example);
    expect(map).toMatchObject({ base: 4711, finished: { 0: { from: 4712, to: 5711 }, 6: { from: 5726, to: 5727 } } });
    expect(page).toContain(maxMapLength.toLocaleString('en'));
  });
});
