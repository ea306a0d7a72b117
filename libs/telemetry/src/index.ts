export { withLogFields } from './log-fields.ts';
export { createLogger, logLevels, type Logger, type LoggerOptions } from './logger.ts';
export { durationHistogram, meter, sizeHistogram } from './meter.ts';
export { attributeNames, metricNames, spanNames } from './names.ts';
export { contextFrom, traceHeaders, type TraceHeaders } from './propagation.ts';
export { contextOf, endSpan, spansAreRecorded, startSpan, withSpan, type SpanOptions } from './spans.ts';
