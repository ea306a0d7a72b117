export { checkSeed, type CheckSeedOptions, type SeedReport, type SeedViolation } from './check-seed.ts';
export type { Fault } from './fault.ts';
export { addFacts, noFacts, type RunFacts } from './run-facts.ts';
export { scenarioOf } from './scenario-of.ts';
export type { Scenario } from './scenario.ts';
