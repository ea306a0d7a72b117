/** One span as a test looks at it. */
export interface TracedSpan {
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly service: string;
  readonly name: string;
  /** OpenTelemetry's kinds in lower case: `server`, `client`, `producer`, `consumer`, `internal`. */
  readonly kind: string;
  /** Everything else that is known of it. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

interface JaegerAnswer {
  readonly data: readonly {
    readonly spans: readonly {
      readonly spanID: string;
      readonly operationName: string;
      readonly processID: string;
      readonly references: readonly { readonly refType: string; readonly spanID: string }[];
      readonly tags: readonly { readonly key: string; readonly value: string | number | boolean }[];
    }[];
    readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
  }[];
}

/** Every span that Jaeger has of a trace, by its query API; none where it has not heard of the trace yet. */
export async function readTrace(jaegerUrl: string, traceId: string): Promise<readonly TracedSpan[]> {
  const response = await fetch(`${jaegerUrl}/api/traces/${traceId}`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`GET /api/traces/${traceId} answered ${response.status}`);
  const { data } = (await response.json()) as JaegerAnswer;
  return data.flatMap(({ spans, processes }) =>
    spans.map(({ spanID, operationName, processID, references, tags }) => ({
      spanId: spanID,
      parentId: references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
      service: processes[processID]?.serviceName ?? '',
      name: operationName,
      attributes: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      kind: String(tags.find(({ key }) => key === 'span.kind')?.value ?? 'internal'),
    })),
  );
}

/**
 * The way from a span up to the one that began the trace here, as `service: name (kind)`, topmost first. Ends where a parent
 * is not in the trace.
 */
export function pathTo(span: TracedSpan, spans: readonly TracedSpan[]): readonly string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentId);
  const above = parent ? pathTo(parent, spans) : [];
  return [...above, `${span.service}: ${span.name} (${span.kind})`];
}
