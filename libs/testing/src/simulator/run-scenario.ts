import { setImmediate } from 'node:timers';
import { VirtualClock } from '@millrace/messaging/testing';
import type { Logger } from '@millrace/telemetry';
import type { RunEvent } from '../guarantees/run-event.ts';
import type { Emit } from './emit.ts';
import { faultsEndMs } from './faults-end.ts';
import { FactCounter, type RunFacts } from './run-facts.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedWorld } from './simulated-world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly watch: (event: RunEvent) => void;
  readonly log: Logger;
}

/** How a run ended. */
export interface RunEnd {
  readonly facts: RunFacts;
  /** Partitions of which the committed offset did not reach the end; members that did not stop. */
  readonly unfinished: readonly string[];
}

/** By the clock on the wall of that world. */
const startMs = Date.UTC(2026, 0, 1);
/** From the end of all faults to the moment when all must be done. */
const patienceMs = 3_600_000;
/** For what comes late, such as an answer that was long on its way. */
const restMs = 5_000;
const stopMs = 60_000;
const lookEveryMs = 250;

/** Runs a scenario to its end: the same for the same scenario and seed, to the last event. */
export async function runScenario(scenario: Scenario, { seed, watch, log }: RunOptions): Promise<RunEnd> {
  const clock = new VirtualClock(startMs);
  const facts = new FactCounter();
  const emit: Emit = (happening) => {
    const event = { atMs: clock.mark(), ...happening };
    facts.watch(event);
    watch(event);
    world.happened(event);
  };
  const world = new SimulatedWorld({ scenario, seed, clock, log, facts, emit });
  world.begin();
  await passTime(clock, faultsEndMs(scenario));
  await passTime(clock, clock.mark() + patienceMs, () => !world.faultsUnderway);
  world.calm();
  await passUntilRest(clock, () => world.topics.producing === 0 && world.lag().length === 0);
  const lag = world.lag();
  world.settle();
  world.stopAll();
  await passTime(clock, clock.mark() + stopMs, () => world.alive.length === 0);
  facts.facts['virtual seconds'] = clock.mark() / 1_000;
  const running = world.alive.map(({ process }) => `${process.name} has not stopped`);
  return { facts: facts.facts, unfinished: [...lag, ...running] };
}

/** Goes on until it is `done`, and still is a while later, or until there is no more hope. */
async function passUntilRest(clock: VirtualClock, done: () => boolean): Promise<void> {
  const untilMs = clock.mark() + patienceMs;
  do {
    await passTime(clock, untilMs, done);
    await passTime(clock, clock.mark() + restMs);
  } while (!done() && clock.mark() < untilMs);
}

/** Goes on until the given time, or until it is `done`: to the next timer only when nothing is left to do at this moment. */
async function passTime(clock: VirtualClock, untilMs: number, done: () => boolean = () => false): Promise<void> {
  let reached = false;
  let lookAtMs = clock.mark();
  clock.after(untilMs - clock.mark(), () => (reached = true));
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.mark() >= lookAtMs && done()) return;
    if (clock.mark() >= lookAtMs) lookAtMs = clock.mark() + lookEveryMs;
    if (reached || !clock.next()) return;
  }
}
