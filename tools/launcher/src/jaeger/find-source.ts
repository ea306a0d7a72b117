import { whyNoDocker } from '../docker/docker-engine.ts';
import { findOnPath } from '../find-on-path.ts';
import { LaunchError } from '../launch-error.ts';
import { requireFreePort } from '../ports.ts';
import { tracked, type OnProgress } from '../progress.ts';
import { buildJaeger } from './build-jaeger.ts';
import { containerSource, jaegerImage, type ContainerSource } from './container-source.ts';
import { otlpPort, queryPort, type JaegerAddress } from './jaeger-address.ts';
import { findJaeger } from './jaeger-binary.ts';
import { runJaeger } from './jaeger-process.ts';
import type { JaegerSource, SourceOptions } from './jaeger-source.ts';

/** Something that takes minutes to make a source. */
export interface SlowSource {
  /** What is done meanwhile. */
  readonly what: string;
  make(onProgress: OnProgress, signal: AbortSignal): Promise<JaegerSource>;
}

/** A source that can be run now, one to be made first, or none. A LaunchError names a port that is taken. */
export type Found = { readonly ready: JaegerSource } | { readonly slow: SlowSource } | { readonly none: string };

/** Looks for the image, then for a binary, then for a way to pull the one or to build the other. */
export async function findSource(options: SourceOptions, signal: AbortSignal | undefined): Promise<Found> {
  const { env, address } = options;
  const withoutDocker = await whyNoDocker(env, signal);
  const container = withoutDocker === undefined ? containerSource(options) : undefined;
  const hasImage = await container?.container.hasImage(signal);
  if (!(hasImage && (await container?.isUp()))) await requireFreePorts(address);
  if (container && hasImage) return { ready: container };
  const binary = await findJaeger(env);
  if (binary !== undefined) return { ready: binarySource(binary, options) };
  const build = (await findOnPath('go', env)) === undefined ? undefined : building(options);
  if (container) return { slow: pulling(container, build) };
  return build
    ? { slow: build }
    : { none: `${withoutDocker}, no jaeger on PATH or in JAEGER_BIN, no Go to build it with` };
}

async function requireFreePorts({ queryPort: query, otlpPort: otlp }: JaegerAddress): Promise<void> {
  await requireFreePort(queryPort, query);
  await requireFreePort(otlpPort, otlp, `set OTEL_EXPORTER_OTLP_ENDPOINT to send them there`);
}

function binarySource(binary: string, options: SourceOptions): JaegerSource {
  return { run: () => runJaeger({ ...options, binary }), clear: async () => undefined };
}

function pulling(source: ContainerSource, otherwise: SlowSource | undefined): SlowSource {
  const make: SlowSource['make'] = async (onProgress, signal) => {
    const why = await source.container.whyNotPulled(onProgress, signal);
    if (why === undefined) return source;
    if (!otherwise) throw new LaunchError(why);
    onProgress({ state: 'note', what: 'Jaeger', detail: `${why}; it is built with Go instead` });
    return otherwise.make(onProgress, signal);
  };
  return { what: `pulling ${jaegerImage}`, make };
}

function building(options: SourceOptions): SlowSource {
  const what = 'Jaeger, built with Go (about 5 minutes, once)';
  const make: SlowSource['make'] = (onProgress, signal) => {
    const onPackages = (count: number): void =>
      onProgress({ state: 'waiting', what, detail: `${count} packages compiled` });
    const build = (): Promise<string> => buildJaeger({ env: options.env, onPackages, signal });
    return tracked(onProgress, what, async () => binarySource(await build(), options));
  };
  return { what: 'building it with Go (about 5 minutes, once)', make };
}
