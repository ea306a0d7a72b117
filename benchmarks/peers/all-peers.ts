import { bento } from './bento/bento.ts';
import { kpipe } from './kpipe/kpipe.ts';
import { eachBatch, eachMessage, millrace, millraceTraced, platformatic, raw, rawLean } from './node-peers.ts';
import { parallelConsumerCore, parallelConsumerVertx } from './parallel-consumer/parallel-consumer.ts';
import type { Peer } from './peer.ts';

/** In the order of the tables. */
export const allPeers: readonly Peer[] = [
  raw,
  rawLean,
  millrace,
  millraceTraced,
  parallelConsumerCore,
  parallelConsumerVertx,
  kpipe,
  bento,
  eachMessage,
  eachBatch,
  platformatic,
];
