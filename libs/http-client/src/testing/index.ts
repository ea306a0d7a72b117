export type { InMemoryAnswer, InMemoryApi, InMemoryRequest } from './in-memory-dispatcher.ts';
export { createInMemoryTarget } from './in-memory-target.ts';
