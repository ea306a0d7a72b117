import { describe, expect, it } from 'vitest';
import { RequestReader } from './request-reader.ts';

const plain = request('k1~0', 'Content-Length: 11', '{"a":"1\\r\\n"}'.slice(0, 11));
const chunked = request(
  'a:k2~5',
  'Transfer-Encoding: chunked',
  '4;x=y\r\nabcd\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n',
);
const empty = request('k3~1', 'accept: */*', '');
const large = request('k4~0', 'content-length: 100000', 'x'.repeat(100_000));
const all = [plain, chunked, empty, large, plain];
const keys = ['k1~0', 'a:k2~5', 'k3~1', 'k4~0', 'k1~0'];

describe('the reader of requests', () => {
  it('reads requests that come whole', () => expect(read(all)).toEqual(keys));

  it('reads requests that come joined', () => expect(read([all.join('')])).toEqual(keys));

  it.each([1, 2, 3, 7, 64, 1_000])('reads requests cut into pieces of %i bytes', (size) => {
    const bytes = all.join('');
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    expect(read(pieces)).toEqual(keys);
  });

  it('hears of a request only once its last byte is there', () => {
    expect(read([plain.slice(0, -1)])).toEqual([]);
    expect(read([chunked.slice(0, -1)])).toEqual([]);
  });

  it('takes the name of a header in any case, and its value as it is', () => {
    expect(read(['POST / HTTP/1.1\r\nIDEMPOTENCY-KEY:   Ab~1  \r\nContent-LENGTH: 1\r\n\r\nx'])).toEqual(['Ab~1']);
  });

  it('hears of a request without a key, too', () => expect(read(['POST / HTTP/1.1\r\nhost: x\r\n\r\n'])).toEqual(['']));
});

function request(key: string, length: string, body: string): string {
  return `POST /calls HTTP/1.1\r\nHost: x\r\nIdempotency-Key: ${key}\r\n${length}\r\n\r\n${body}`;
}

function read(chunks: readonly string[]): string[] {
  const heard: string[] = [];
  const reader = new RequestReader((key) => heard.push(key));
  for (const chunk of chunks) reader.read(Buffer.from(chunk, 'latin1'));
  return heard;
}
