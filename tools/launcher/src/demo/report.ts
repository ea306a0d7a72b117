import { relative } from 'node:path';
import type { Jaeger } from '../jaeger/jaeger.ts';
import type { System } from '../system.ts';
import { timing, type DemoResult } from './demo-result.ts';

/** How long it took and where to look, for people; the summary is not in it. */
export function report(result: DemoResult, system: System, jaeger: Jaeger): string {
  const gateway = system.url('gateway');
  const places: readonly (readonly [string, string | undefined])[] = [
    ['Gateway', gateway],
    ['', registration(gateway)],
    ['Jaeger', jaegerLine(jaeger)],
    ['One trace', traceLine(result, jaeger)],
    ['APIs', `${system.url('stub-apis')}/stats`],
    ['Logs', shortest(`${system.dataDir}/logs`)],
  ];
  const lines = places.filter(([, place]) => place).map(([name, place]) => `  ${name.padEnd(10)}${place}`);
  return ['', timing(result), '', ...lines, ''].join('\n');
}

function registration(gateway: string): string {
  const body = JSON.stringify({ username: 'grace', email: 'grace@example.com', password: 'correct horse' });
  return `curl -i -H 'content-type: application/json' -d '${body}' ${gateway}/register`;
}

function jaegerLine({ state, url, otlpEndpoint }: Jaeger): string | undefined {
  if (state === 'given') return `spans go to ${otlpEndpoint}`;
  if (state === 'coming') return `${url}, once it is there`;
  return state === 'ready' ? url : undefined;
}

function traceLine({ deliveries: [first] }: DemoResult, jaeger: Jaeger): string | undefined {
  return first && jaeger.traceUrl(first.registration.traceId);
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
