import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Broker } from '@millrace/launcher';

/** Prints what the figures were measured on, and with: without that they mean nothing. */
export function printConditions(broker: Broker): void {
  const memoryGb = Math.round(totalmem() / 1e9);
  console.log(
    `machine   ${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${memoryGb} GB, ${platform()} ${release()}`,
  );
  console.log(
    `versions  Node ${process.versions.node}, kafkajs ${pin('kafka', 'kafkajs')}, undici ${pin('http-client', 'undici')}, Kafka by ${broker.kind}`,
  );
  console.log('setup     one broker, five services and this client on the same machine; stub APIs without latency');
}

function pin(library: string, dependency: string): string {
  const file = new URL(`../../libs/${library}/package.json`, import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  return dependencies[dependency] ?? 'unknown';
}
