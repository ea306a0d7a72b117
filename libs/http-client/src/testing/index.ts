export { CircuitBreaker } from '../breaker/circuit-breaker.ts';
export { QuotaGate } from '../quota/quota-gate.ts';
export type { InMemoryAnswer, InMemoryApi, InMemoryRequest } from './in-memory-connection.ts';
export { createInMemoryTarget } from './in-memory-target.ts';
export { meanPerSecond, mostInASecond } from './sliding-second.ts';
