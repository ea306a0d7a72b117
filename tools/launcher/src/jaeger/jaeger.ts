import type { Environment } from '../environment.ts';
import type { OnProgress } from '../progress.ts';

/** Where spans go, and where to look at traces. */
export interface Jaeger {
  /** OTLP over HTTP, `http://127.0.0.1:4318`; set in every state, since a Jaeger that is coming will listen there. */
  readonly otlpEndpoint: string;
  /** Its page and query API; undefined when the endpoint was given by OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string | undefined;
  /** `coming`: being pulled or built in the background; `absent`: none can be had. */
  readonly state: 'given' | 'ready' | 'coming' | 'absent';
  /** Where to look at one trace; undefined unless `ready`. */
  traceUrl(traceId: string): string | undefined;
  /** Stops it, and a pull or build in the background. */
  close(): Promise<void>;
}

export interface ObtainJaegerOptions {
  /** For its configuration and log. */
  readonly dataDir: string;
  /** True: resolves only with a Jaeger that is ready, however long that takes, and rejects where none can be had. @default false */
  readonly wait?: boolean;
  /** `standard`: JAEGER_PORT (16686) and JAEGER_OTLP_PORT (4318). @default 'standard' */
  readonly ports?: 'standard' | 'free';
  /** OTEL_EXPORTER_OTLP_ENDPOINT, JAEGER_BIN, XDG_CACHE_HOME, PATH. @default process.env */
  readonly env?: Environment;
  /** @default nobody hears */
  readonly onProgress?: OnProgress;
  /** Aborted: what was begun is undone and `obtainJaeger` rejects. */
  readonly signal?: AbortSignal | undefined;
}
