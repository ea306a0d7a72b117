import type { VirtualClock } from '@millrace/messaging/testing';
import type { RunEvent } from '../guarantees/run-event.ts';
import { draw } from './draw.ts';
import type { Emit } from './emit.ts';
import type { Fault, FaultKind, FaultOf } from './fault.ts';
import { momentWithinMs } from './faults-end.ts';
import type { FaultyWorld } from './faulty-world.ts';
import { group, type Member } from './member.ts';
import { PendingCrash } from './pending-crash.ts';
import type { Scenario } from './scenario.ts';

export interface FaultInjectorOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly emit: Emit;
}

/** How often, and how long, the end of a group's last member is waited for. */
const lookEveryMs = 500;
const emptyWithinMs = 60_000;

/** Does what the schedule says, when it says so. */
export class FaultInjector {
  readonly #world: FaultyWorld;
  readonly #options: FaultInjectorOptions;
  readonly #inject: { readonly [Kind in FaultKind]: (fault: FaultOf<Kind>) => void };
  #crashes: PendingCrash[] = [];
  #underway = 0;

  constructor(world: FaultyWorld, options: FaultInjectorOptions) {
    this.#world = world;
    this.#options = options;
    const { clock } = options;
    this.#inject = {
      join: () => void world.addMember(),
      visit: ({ forMs }) => {
        const visitor = world.addMember();
        if (visitor) clock.after(forMs, () => void visitor.stop());
      },
      leave: (fault) => this.#leave(fault),
      crash: (fault) => this.#crash(fault),
      'stand-still': ({ member, forMs }) => this.#standStill(this.#member(member), forMs),
      'cut-off': ({ member, forMs }) => {
        const chosen = this.#member(member);
        if (chosen) world.trouble.cutOff(chosen.process.name, forMs);
      },
      'coordinator-away': ({ forMs, forgetsMembers }) => this.#coordinatorAway(forMs, forgetsMembers),
      commits: (fault) => world.trouble.commits(fault),
      'clock-jump': (fault) => this.#clockJump(fault),
      'full-disk': ({ forMs }) => {
        world.trouble.fullDisk(forMs);
        world.letters.fail('refused', forMs);
        world.topics.producersWait(forMs);
      },
      'close-target': ({ forMs }) => {
        world.targetsClosedUntilMs = Math.max(world.targetsClosedUntilMs, clock.mark() + forMs);
      },
      'fail-api': ({ how, forMs }) => world.api.fail(how, forMs),
      'fail-letters': ({ forMs }) => world.letters.fail('unanswered', forMs),
      compact: ({ topic, percent }) => world.topics.compact(world.topics.nameOf(topic), percent),
      'delete-old': ({ topic, percent }) => world.topics.deleteOld(world.topics.nameOf(topic), percent),
      're-create': (fault) => this.#reCreate(fault),
      'add-partitions': ({ topic, partitions }) => world.topics.addPartitions(world.topics.nameOf(topic), partitions),
      'new-leader': ({ topic, offsets, forMs }) => world.topics.newLeaders(world.topics.nameOf(topic), offsets, forMs),
      'set-offsets': ({ back }) => this.#whileAway(() => this.#setOffsets(back)),
    };
  }

  /** True while a fault goes on that waits for something. */
  get underway(): boolean {
    return this.#underway > 0;
  }

  begin(): void {
    const { clock, scenario } = this.#options;
    for (const fault of scenario.faults) clock.after(fault.atMs, () => this.#injectOne(fault));
  }

  happened(event: RunEvent): void {
    if (this.#crashes.length === 0) return;
    for (const crash of this.#crashes) crash.happened(event);
    this.#crashes = this.#crashes.filter(({ over }) => !over);
  }

  #injectOne(fault: Fault): void {
    (this.#inject[fault.kind] as (fault: Fault) => void)(fault);
  }

  #member(index: number): Member | undefined {
    const { serving } = this.#world;
    return serving[index % serving.length];
  }

  #leave({ member, backAfterMs }: FaultOf<'leave'>): void {
    const chosen = this.#member(member);
    if (!chosen) return;
    void chosen.stop().then(() => this.#comeBack(backAfterMs));
  }

  #crash(fault: FaultOf<'crash'>): void {
    const member = this.#member(fault.member);
    if (!member) return;
    const crash = new PendingCrash(member, fault, () => this.#comeBack(fault.backAfterMs));
    this.#crashes.push(crash);
    this.#options.clock.after(momentWithinMs, () => crash.strikeNow());
  }

  #comeBack(afterMs: number | null): void {
    if (afterMs !== null) this.#options.clock.after(afterMs, () => this.#world.addMember());
  }

  #standStill(member: Member | undefined, forMs: number): void {
    if (!member) return;
    this.#options.emit({ kind: 'stalled', member: member.process.name });
    member.process.standStill(forMs);
  }

  #clockJump({ whose, byMs, rightAfterMs }: FaultOf<'clock-jump'>): void {
    const clocks = this.#clocks(whose);
    for (const each of clocks) each?.jump(byMs);
    if (rightAfterMs === null) return;
    this.#options.clock.after(rightAfterMs, () => {
      for (const each of clocks) each?.jump(-byMs);
    });
  }

  #clocks(whose: FaultOf<'clock-jump'>['whose']) {
    const { topics, serving } = this.#world;
    if (whose === 'producers') return [topics];
    return whose === 'everyone' ? [topics, ...serving.map(({ process }) => process)] : [this.#member(whose)?.process];
  }

  #coordinatorAway(forMs: number, forgetsMembers: boolean): void {
    this.#world.trouble.coordinatorAway(forMs);
    this.#world.broker.group(group).away(forMs, forgetsMembers ? 'forgotten' : 'kept');
  }

  #reCreate({ topic, records, members }: FaultOf<'re-create'>): void {
    const { topics } = this.#world;
    const name = topics.nameOf(topic);
    const offsets = draw(this.#options.seed, 'offsets of a deleted topic') < 0.5 ? 'deleted' : 'kept';
    if (members === 'running') topics.reCreate(name, offsets, 0);
    else this.#whileAway(() => topics.reCreate(name, 'kept', records));
  }

  /** Offsets of a group can be set from outside only while it has no members: all stop, and as many come back. */
  #whileAway(act: () => void): void {
    const leaving = this.#world.serving;
    this.#underway++;
    for (const member of leaving) void member.stop();
    this.#whenEmpty(this.#options.clock.mark() + emptyWithinMs, (empty) => {
      if (empty) act();
      for (const _ of leaving) this.#world.addMember();
      this.#underway--;
    });
  }

  #whenEmpty(untilMs: number, then: (empty: boolean) => void): void {
    const { clock } = this.#options;
    const empty = this.#world.alive.length === 0 && this.#world.broker.group(group).members.length === 0;
    if (empty || clock.mark() >= untilMs) then(empty);
    else clock.after(lookEveryMs, () => this.#whenEmpty(untilMs, then));
  }

  #setOffsets(back: number | null): void {
    const { offsets } = this.#world.broker.group(group);
    for (const { topic, partition, start } of this.#world.topics.logs) {
      const stored = offsets.get({ topic, partition });
      if (!stored) continue;
      const set = back === null ? undefined : { ...stored, offset: Math.max(start, stored.offset - back) };
      if (set) offsets.set({ topic, partition }, set);
      else offsets.delete({ topic, partition });
      this.#options.emit({ kind: 'offsets-set', topic, partition, committed: set });
    }
  }
}
