import { createLogger } from '@millrace/telemetry';
import { describeEvent } from '../guarantees/index.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

/** Fields of a log line that say nothing in a trace. */
const noise = new Set(['service', 'time', 'level', 'msg', 'member', 'group', 'pid', 'hostname']);

/** All that happened in the run, and what the engine wrote to its log, a line each. */
export async function traceOf(scenario: Scenario, seed: number): Promise<string> {
  const lines: string[] = [];
  const log = createLogger({
    service: 'simulator',
    level: 'debug',
    destination: { write: (line: string) => lines.push(logLine(line)) },
  });
  await runScenario(scenario, {
    seed,
    log,
    watch: (event) => {
      if (event.kind !== 'held') lines.push(describeEvent(event));
    },
  });
  return lines.join('\n');
}

function logLine(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).filter(([name]) => !noise.has(name));
  const more = rest.map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value, withoutStack)}`,
  );
  return `              ${String(fields['member'])} log: ${String(fields['msg'])} ${more.join(' ')}`;
}

/** Which frames a stack has depends on what else the process does. */
function withoutStack(name: string, value: unknown): unknown {
  return name === 'stack' ? undefined : value;
}
