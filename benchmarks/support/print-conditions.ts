import { readFileSync } from 'node:fs';
import type { Broker } from '@millrace/launcher';
import { machine } from './machine.ts';

/** Prints what the figures were measured on, and with: without that they mean nothing. */
export function printConditions(broker: Broker): void {
  console.log(`machine   ${machine()}`);
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
