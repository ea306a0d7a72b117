export { describeIdempotencyStore, type IdempotencyStoreHarness } from './describe-idempotency-store.ts';
