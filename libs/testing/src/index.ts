export { registerControlRoutes } from './stub-apis/control-routes.ts';
export { createStubApis, type StubApis, type StubApisOptions } from './stub-apis/create-stub-apis.ts';
export { createStubApisClient, type ReportedEffect, type StubApisClient } from './stub-apis/create-stub-apis-client.ts';
export type { Clock } from './stub-apis/clock.ts';
export type { Fault, FaultInput } from './stub-apis/fault.ts';
export { type ApiStats, StubApiSet, type StubApiSetOptions } from './stub-apis/stub-api-set.ts';
