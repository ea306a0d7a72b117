import { zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];

/** Teaches kafkajs zstd, which Node has and kafkajs has not; for all clients of the process. https://kafka.js.org/docs/producing#other */
export function registerZstd(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
}
