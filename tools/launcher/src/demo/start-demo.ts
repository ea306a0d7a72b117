import { join } from 'node:path';
import type { AppSpec } from '../app-spec.ts';
import type { Environment } from '../environment.ts';
import { standardOtlpEndpoint } from '../jaeger/jaeger-address.ts';
import type { Jaeger } from '../jaeger/jaeger.ts';
import { obtainJaeger } from '../jaeger/obtain-jaeger.ts';
import { startParts, stopParts, type Part } from '../parts.ts';
import type { OnProgress } from '../progress.ts';
import { startSystem, type System } from '../system.ts';

export interface StartDemoOptions {
  readonly dataDir: string;
  readonly env: Environment;
  readonly apps?: readonly AppSpec[];
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** The system on its standard ports with a Jaeger beside it. */
export interface Demo {
  readonly system: System;
  readonly jaeger: Jaeger;
  /** Stops both. */
  stop(): Promise<void>;
}

/** Starts both at once; a failure of either, or an abort, stops both before it rejects. */
export async function startDemo(options: StartDemoOptions): Promise<Demo> {
  const { dataDir, env, signal } = options;
  let system: System | undefined;
  let jaeger: Jaeger | undefined;
  const otlpEndpoint = standardOtlpEndpoint(env);
  const parts: readonly Part[] = [
    {
      name: 'system',
      needs: [],
      start: async (over) =>
        void (system = await startSystem({ ...options, ports: 'standard', otlpEndpoint, signal: over })),
      stop: async () => system?.stop(),
    },
    {
      name: 'jaeger',
      needs: [],
      start: async (over) =>
        void (jaeger = await obtainJaeger({ ...options, dataDir: join(dataDir, 'jaeger'), signal: over })),
      stop: async () => jaeger?.close(),
    },
  ];
  await startParts(parts, signal);
  if (!system || !jaeger) throw new TypeError('A part has not started.');
  const stop = async (): Promise<void> => {
    // In this order, since services that stop send Jaeger their last spans, and wait for it.
    for (const part of parts) await stopParts([part]);
  };
  return { system, jaeger, stop };
}
