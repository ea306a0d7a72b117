import type { Backlog } from '../backlog/write-backlog.ts';
import type { Peer, PeerCommand } from '../peers/peer.ts';
import type { Certificate } from '../stub/certificate.ts';
import type { Stub } from '../stub/stub.ts';
import type { Result, Turn } from './figures.ts';
import { measureTurn } from './measure-turn.ts';
import { rampMsOf, type Scenario } from './scenario.ts';
import { openStand, type Stand } from './stand.ts';

/** A peer that can be had here, or why it cannot. */
export interface Entry {
  readonly peer: Peer;
  readonly command?: PeerCommand;
  readonly missing?: string;
}

/** How long things take. */
export interface Pace {
  readonly rounds: number;
  readonly windowMs: number;
}

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly entries: readonly Entry[];
  readonly pace: Pace;
  readonly stub: Stub;
  readonly brokers: readonly string[];
  readonly backlog: Backlog;
  readonly certificate: Certificate;
  /** Of peers that are kept warm, over the scenarios that they may serve. */
  readonly kept: KeptStands;
  /** Called before each turn. */
  readonly onTurn: (peer: string, round: number) => void;
}

/** Every peer once in each round; one that fails is not asked again. */
export async function runScenario(run: ScenarioRun): Promise<readonly Result[]> {
  const turns = new Map<Entry, Turn[]>(run.entries.map((entry) => [entry, []]));
  const failed = new Map<Entry, string>();
  for (let round = 1; round <= run.pace.rounds; round++) {
    for (const entry of run.entries) {
      run.onTurn(entry.peer.name, round);
      if (!entry.command || failed.has(entry)) continue;
      try {
        turns.get(entry)!.push(await takeTurn(run, entry.peer, entry.command));
      } catch (error) {
        failed.set(entry, (error as Error).message);
      }
    }
  }
  return run.entries.map((entry) => {
    const missing = entry.missing ?? failed.get(entry);
    const { name, order } = entry.peer;
    return { peer: name, order, turns: turns.get(entry)!, ...(missing === undefined ? {} : { missing }) };
  });
}

async function takeTurn(run: ScenarioRun, peer: Peer, command: PeerCommand): Promise<Turn> {
  const { scenario, stub, pace, backlog, kept } = run;
  const behaviour = { latency: scenario.latency };
  const isKept = (command.warmUpMs ?? 0) > 0;
  const stand = await (isKept ? kept.take(run, peer, command) : open(run, peer, command));
  try {
    await stand.gate.behave(behaviour);
    const options = {
      windowMs: pace.windowMs,
      rampMs: rampMsOf(scenario),
      stubPid: stub.pid,
      records: backlog.records,
    };
    return await measureTurn(stand, options, () => stand.gate.behave(behaviour));
  } catch (error) {
    if (isKept) await kept.drop(stand);
    throw error;
  } finally {
    if (isKept) await stand.gate.behave({ ...behaviour, held: true });
    else await stand.close();
  }
}

function open(
  { scenario, stub, backlog, brokers, certificate }: ScenarioRun,
  peer: Peer,
  command: PeerCommand,
): Promise<Stand> {
  const { latency, concurrency, tls } = scenario;
  const task = {
    brokers,
    topic: backlog.topic,
    concurrency,
    valueBytes: backlog.valueBytes,
    caFile: tls ? certificate.caFile : undefined,
  };
  const { key, cert } = certificate;
  return openStand({ stub, peer, command, task, behaviour: { latency }, certificate: tls ? { key, cert } : undefined });
}

/** Peers that take long to get warm: one process each for all scenarios of the same topic, concurrency and protocol. */
export class KeptStands {
  readonly #stands = new Map<string, Stand>();

  async take(run: ScenarioRun, peer: Peer, command: PeerCommand): Promise<Stand> {
    const name = `${peer.name} ${serves(run.scenario, run.backlog)}`;
    const there = this.#stands.get(name);
    if (there && (await hasEnough(there, run))) return there;
    if (there) await this.drop(there);
    const stand = await open(run, peer, command);
    this.#stands.set(name, stand);
    return stand;
  }

  /** Ends those that do not serve the scenario. */
  async keepOnly(scenario: Scenario | undefined, backlog: Backlog | undefined): Promise<void> {
    const wanted = scenario && backlog && serves(scenario, backlog);
    const others = [...this.#stands].filter(([name]) => wanted === undefined || !name.endsWith(` ${wanted}`));
    await Promise.all(others.map(([, stand]) => this.drop(stand)));
  }

  async drop(stand: Stand): Promise<void> {
    for (const [name, each] of this.#stands) if (each === stand) this.#stands.delete(name);
    await stand.close();
  }
}

function serves({ concurrency, tls }: Scenario, { topic }: Backlog): string {
  return `${topic}/${concurrency}/${tls ? 'tls' : 'plain'}`;
}

/** Whether what is left of the backlog outlasts a turn at twice the bound of what was seen so far. */
async function hasEnough({ gate }: Stand, { backlog, pace, scenario }: ScenarioRun): Promise<boolean> {
  const { effects } = await gate.facts();
  const seconds = (rampMsOf(scenario) + pace.windowMs) / 1_000;
  return backlog.records * 0.9 - effects > seconds * likelyPerSecond;
}

/** More than peers that are kept warm have shown on two cores. */
const likelyPerSecond = 12_000;
