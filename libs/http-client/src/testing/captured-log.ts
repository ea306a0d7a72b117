import { createLogger, type Logger } from '@millrace/telemetry';

export interface CapturedLog {
  readonly log: Logger;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** A real logger that keeps its lines. */
export function captureLog(): CapturedLog {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, log: createLogger({ service: 'test', destination: { write } }) };
}
