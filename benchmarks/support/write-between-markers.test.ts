import { expect, it } from 'vitest';
import { replaceBetweenMarkers } from './write-between-markers.ts';

it('replaces what stands between the markers, and nothing else', () => {
  const whole = 'a\n<!-- x -->\n\nold\n\n<!-- /x -->\nb\n';
  expect(replaceBetweenMarkers(whole, 'x', 'new')).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb\n');
});

it.each(['<!-- /x --> <!-- x -->', '<!-- x -->', ''])('refuses %j, which has no such place', (whole) => {
  expect(() => replaceBetweenMarkers(whole, 'x', 'new')).toThrow('<!-- x -->');
});
