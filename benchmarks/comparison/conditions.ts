import { machine } from '../support/machine.ts';
import type { Conditions } from './report.ts';
import type { Entry, Pace } from './run-scenario.ts';

/** Under what conditions a comparison was made; without them its figures mean nothing. */
export function conditions(entries: readonly Entry[], { rounds, windowMs }: Pace): Conditions {
  const versions = entries.map(
    ({ peer, missing }) => `${peer.name}: ${missing === undefined ? peer.version : 'missing'}`,
  );
  const date = new Date().toISOString().slice(0, 10);
  const warmUpMs = Math.max(0, ...entries.map(({ command }) => command?.warmUpMs ?? 0));
  return [
    `${date}, ${machine()}, Node ${process.versions.node}; broker, stub and peer share it`,
    versions.join('; '),
    `${rounds === 1 ? 'one round' : `medians of ${rounds} rounds in which the peers take turns`}; a turn is ${windowMs / 1_000} s long, begins 8 s after the first answer (10 s where keys repeat), and is the only one of its process and group`,
    ...(warmUpMs === 0 ? [] : [keptWarm(warmUpMs)]),
    'telemetry is off in all but millrace-otel, which makes a span per call and exports none',
  ];
}

function keptWarm(warmUpMs: number): string {
  return `but for JVMs, which run for ${warmUpMs / 1_000} s first and, between their turns, stand still with all their calls unanswered`;
}
