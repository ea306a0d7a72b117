import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { logFieldsOf } from './log-fields.ts';

/** A pino logger; every line is one JSON object with `service`, and `trace_id` and `span_id` inside a span. */
export type Logger = PinoLogger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface LoggerOptions {
  readonly service: string;
  /** @default 'info' */
  readonly level?: (typeof logLevels)[number];
  /** @default standard output */
  readonly destination?: DestinationStream;
}

const secretFields = ['password', 'token', 'authorization', 'secret', 'email'];

/** One to three levels deep is what a log line of ours ever has. */
const redactedPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const emailAddress = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g;

/**
 * Creates a service's logger. Fields named like a secret are censored, and whatever looks like an e-mail address is
 * replaced in the finished line: messages of other people's errors end up here, too.
 */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[secret]' },
    mixin: (_merged: object, _level: number, log: object) => ({ ...logFieldsOf(log), ...traceFields() }),
    hooks: { streamWrite: (line: string) => line.replace(emailAddress, '[e-mail]') },
  };
  return destination ? pino(options, destination) : pino(options);
}

function traceFields(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
