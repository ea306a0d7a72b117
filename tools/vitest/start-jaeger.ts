import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgressPrinter, type Jaeger, obtainJaeger } from '@millrace/launcher';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    jaeger: Readonly<Record<string, string>>;
  }
}

/** Gets one Jaeger for all files of the run. Where none can be had, the tests are told why, so that they can say so. */
export default async function startJaeger(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-jaeger-'));
  const { onProgress, stop } = createProgressPrinter();
  let jaeger: Jaeger | undefined;
  try {
    jaeger = await obtainJaeger({ dataDir, wait: true, ports: 'free', onProgress });
    project.provide('jaeger', whereIs(jaeger));
  } catch (error) {
    project.provide('jaeger', { JAEGER_ABSENT: error instanceof Error ? error.message : String(error) });
  } finally {
    stop();
  }
  return async () => {
    await jaeger?.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}

function whereIs({ url, otlpEndpoint }: Jaeger): Readonly<Record<string, string>> {
  if (url === undefined) return { JAEGER_ABSENT: 'traces go to a given OTLP endpoint, which has no query API' };
  return { JAEGER_URL: url, JAEGER_OTLP_ENDPOINT: otlpEndpoint };
}
