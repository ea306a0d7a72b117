import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LaunchError } from '../launch-error.ts';
import { silence, tracked, type OnProgress } from '../progress.ts';
import { findSource, type Found, type SlowSource } from './find-source.ts';
import { chooseAddress } from './jaeger-address.ts';
import { JaegerLife } from './jaeger-life.ts';
import type { JaegerSource } from './jaeger-source.ts';
import type { Jaeger, ObtainJaegerOptions } from './jaeger.ts';

/**
 * Somewhere for spans to go: what OTEL_EXPORTER_OTLP_ENDPOINT names, else a container, a binary, or one that is pulled or
 * built, in the background unless `wait`. Rejects with a LaunchError for a taken port and, with `wait`, where none can be had.
 */
export async function obtainJaeger(options: ObtainJaegerOptions): Promise<Jaeger> {
  const { env = process.env, ports = 'standard', onProgress = silence, signal } = options;
  const given = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (given) return givenJaeger(given, onProgress);
  const dataDir = resolve(options.dataDir);
  const logFile = join(dataDir, 'jaeger.log');
  const address = await chooseAddress(ports, env);
  const found = await findSource({ address, dataDir, logFile, env }, signal);
  await mkdir(dataDir, { recursive: true });
  await writeFile(logFile, '');
  const life = new JaegerLife(address, logFile);
  const close = (): void => void life.close();
  signal?.addEventListener('abort', close, { once: true });
  try {
    await (options.wait ? bringAtAnyPrice(life, found, options) : bringSoon(life, found, options));
    return life;
  } catch (error) {
    await life.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', close);
  }
}

function givenJaeger(otlpEndpoint: string, onProgress: OnProgress): Jaeger {
  onProgress({ state: 'done', what: 'Jaeger', detail: `spans go to ${otlpEndpoint}, of OTEL_EXPORTER_OTLP_ENDPOINT` });
  return { otlpEndpoint, url: undefined, state: 'given', traceUrl: () => undefined, close: async () => undefined };
}

async function bringAtAnyPrice(life: JaegerLife, found: Found, options: ObtainJaegerOptions): Promise<void> {
  const { onProgress = silence } = options;
  if ('none' in found) throw new LaunchError(`No Jaeger to be had: ${found.none}.`);
  const source = 'ready' in found ? found.ready : await found.slow.make(onProgress, life.closing);
  await bring(life, source, onProgress);
}

async function bringSoon(life: JaegerLife, found: Found, options: ObtainJaegerOptions): Promise<void> {
  const { onProgress = silence, signal } = options;
  if ('ready' in found)
    return bring(life, found.ready, onProgress).catch((error: unknown) => goWithout(life, error, options));
  if ('none' in found) return goWithout(life, new LaunchError(found.none), options);
  note(onProgress, `coming: ${found.slow.what}, in the background`);
  void bringInBackground(life, found.slow, onProgress);
  signal?.throwIfAborted();
}

function bring(life: JaegerLife, source: JaegerSource, onProgress: OnProgress): Promise<void> {
  return tracked(
    onProgress,
    'Jaeger',
    () => life.bring(Promise.resolve(source)),
    () => life.url,
  );
}

async function bringInBackground(life: JaegerLife, slow: SlowSource, onProgress: OnProgress): Promise<void> {
  const notesOnly: OnProgress = (event) => (event.state === 'note' ? onProgress(event) : undefined);
  try {
    await life.bring(slow.make(notesOnly, life.closing));
    note(onProgress, `up at ${life.url}: it shows what happens from now on`);
  } catch (error) {
    if (!life.closing.aborted) await goWithout(life, error, { onProgress });
  }
}

/** Traces are worth having, but nothing depends on them. */
async function goWithout(
  life: JaegerLife,
  error: unknown,
  options: Pick<ObtainJaegerOptions, 'onProgress' | 'signal'>,
): Promise<void> {
  options.signal?.throwIfAborted();
  life.giveUp();
  note(options.onProgress ?? silence, `none, so traces cannot be looked at: ${(error as Error).message}`);
}

function note(onProgress: OnProgress, detail: string): void {
  onProgress({ state: 'note', what: 'Jaeger', detail });
}
