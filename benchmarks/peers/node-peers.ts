import { fileURLToPath } from 'node:url';
import { nodeFlags } from '@millrace/launcher';
import benchmarks from '../package.json' with { type: 'json' };
import type { Peer } from './peer.ts';

const { dependencies, version } = benchmarks;

/** `PLAIN_NODE=1` measures Node as it comes: few who write such loops give it flags. */
const flags = process.env['PLAIN_NODE'] === '1' ? [] : nodeFlags;

/** undici's Agent in loops, without Kafka. */
export const raw = nodePeer('raw', 'raw', `undici ${dependencies.undici}`, 'none');
/** Our HTTP client in loops, without Kafka. */
export const rawLean = nodePeer('raw-lean', 'raw-lean', version, 'none');
export const millrace = nodePeer('millrace', 'millrace', version, 'key');
/** The same with an OpenTelemetry SDK, which exports nothing. */
export const millraceTraced = nodePeer('millrace-otel', 'millrace', version, 'key', { PEER_TELEMETRY: 'sdk' });
export const eachMessage = nodePeer('eachMessage', 'each-message', `kafkajs ${dependencies.kafkajs}`, 'partition');
export const eachBatch = nodePeer('eachBatch', 'each-batch', `kafkajs ${dependencies.kafkajs}`, 'none');
export const platformatic = nodePeer('platformatic', 'platformatic', dependencies['@platformatic/kafka'], 'none');

function nodePeer(
  name: string,
  script: string,
  ofVersion: string,
  order: Peer['order'],
  env: Readonly<Record<string, string>> = {},
): Peer {
  const file = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  const command = { command: process.execPath, args: [...flags, file], env };
  return { name, version: ofVersion, order, prepare: () => Promise.resolve(command) };
}
