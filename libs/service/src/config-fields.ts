import { logLevels } from '@millrace/telemetry';
import { z } from 'zod';

/** The port a service listens on. */
export const port = (standard: number) =>
  z.coerce.number().int().min(0).max(65_535).default(standard).describe('Port to listen on; 0 takes any free one.');

/** What every service understands. */
export const commonConfig = {
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 in a container.'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least severe level that is logged.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe(
      "Where traces go, OTLP over HTTP, e.g. `http://127.0.0.1:4318`; OpenTelemetry's other variables work, too.",
    ),
};

const broker = z.string().regex(/^[^\s:]+:\d{1,5}$/, 'each broker is host:port');

/** For services that speak to Kafka. */
export const kafkaConfig = {
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(z.array(broker).min(1))
    .describe('Kafka bootstrap servers, `host:port`, separated by commas.'),
};

/** For consumer apps. */
export const consumerConfig = {
  ...kafkaConfig,
  CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(256)
    .describe('How many keys are worked on at the same time.'),
};

/** For consumer apps whose API takes many events per call. */
export const batchConfig = {
  BATCH_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe('Events in one call, at most; 1 is a call for each event.'),
  BATCH_DELAY_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(50)
    .describe('How long the first event of a call waits for more, in ms.'),
};

/** Where an API is; `api` is what people call it. */
export const apiUrl = (api: string) =>
  z
    .url({ protocol: /^https?$/ })
    .describe(`Base URL of the ${api} API; may have a path, which goes before that of each call.`);

/** What an API knows us by. */
export const apiToken = (api: string) =>
  z.string().min(1).optional().describe(`Bearer token for the ${api} API; without it, calls carry none.`);
