export { createTarget } from './create-target.ts';
export type { RateLimit } from './quota/rate-limit.ts';
export type { CallContext, HttpAnswer, HttpMethod, HttpPath, HttpRequest, HttpTarget } from './http-target.ts';
export type { BreakerOptions } from './breaker/breaker-options.ts';
export { type CallOutcome, classifyStatus, failures } from './classification.ts';
export { itemResults, type ItemStatus } from './item-results.ts';
export type { TargetOptions } from './target-options.ts';
