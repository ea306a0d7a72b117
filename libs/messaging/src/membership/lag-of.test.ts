import { describe, expect, it } from 'vitest';
import { encodeOffsetMap } from '../offsets/offset-map.ts';
import { lagOf } from './lag-of.ts';
import { encodePlace } from './stored-place.ts';

const partition = { topic: 'orders', partition: 3, logStart: 100, logEnd: 500 };
const map = encodeOffsetMap({
  base: 200,
  log: 'aaaaaa',
  fingerprint: 'aaaaaaaaaaa',
  finished: [{ from: 210, to: 480 }],
});
const metadata = encodePlace({ partitionsThen: 12, metadata: map });

describe('what a group has still to do in a partition', () => {
  it.each([
    ['all of it, where nothing is stored', undefined, 400],
    ['what comes after the commit', { offset: 200, metadata: '' }, 300],
    ['nothing at its end', { offset: 500, metadata: '' }, 0],
    ['nothing where the commit lies beyond its end', { offset: 700, metadata: '' }, 0],
    ['what is left of it, where records beyond the commit were deleted', { offset: 50, metadata: '' }, 400],
    ['all of it, where a client stored "the oldest" by that name', { offset: -2, metadata: '' }, 400],
    ['not what is done beyond the commit', { offset: 200, metadata }, 30],
    ['all after the commit, where the map is of another', { offset: 201, metadata }, 299],
    ['all after the commit, where the text beside it is not ours', { offset: 200, metadata: 'mr1.oops' }, 300],
  ])('is %s', (_, stored, lag) => {
    expect(lagOf({ ...partition, stored })).toEqual({ topic: 'orders', partition: 3, lag });
  });
});
