export { registerControlRoutes } from './control-routes.ts';
export { createStubApis, type StubApis, type StubApisOptions } from './create-stub-apis.ts';
export { createStubApisClient, type ReportedEffect, type StubApisClient } from './create-stub-apis-client.ts';
export type { Clock } from './clock.ts';
export type { Fault, FaultInput } from './fault.ts';
export type { ApiHappening, ApiWatch } from './seen-call.ts';
export { type ApiStats, StubApiSet, type StubApiSetOptions } from './stub-api-set.ts';
