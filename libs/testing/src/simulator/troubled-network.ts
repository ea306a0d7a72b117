import type { Api, Fate, SentRequest } from '../in-memory-broker/network.ts';
import type { KafkaError } from '../in-memory-broker/answer.ts';
import type { FaultOf } from './fault.ts';

/** Trouble that lasts for a while: which requests it meets, and what it does to one of them. */
interface Trouble {
  readonly untilMs: number;
  readonly meets: (request: SentRequest) => boolean;
  readonly fate: () => Fate | undefined;
}

const ofCoordinator: readonly Api[] = ['join', 'sync', 'heartbeat', 'leave', 'commit', 'offsets'];
/** What a commit may be refused with while its member is in the group. */
const refusals: readonly KafkaError[] = ['COORDINATOR_NOT_AVAILABLE', 'REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR'];
const coordinator = 0;

/** Decides how each request fares, by the trouble that there is at the moment. */
export class TroubledNetwork {
  readonly #nowMs: () => number;
  readonly #random: () => number;
  readonly #lossPercent: number;
  #troubles: Trouble[] = [];
  #calm = false;

  constructor(options: { readonly nowMs: () => number; readonly random: () => number; readonly lossPercent: number }) {
    this.#nowMs = options.nowMs;
    this.#random = options.random;
    this.#lossPercent = options.lossPercent;
  }

  fate(request: SentRequest): Fate | undefined {
    if (this.#calm) return undefined;
    const nowMs = this.#nowMs();
    if (this.#troubles.length > 0) this.#troubles = this.#troubles.filter(({ untilMs }) => untilMs > nowMs);
    for (const { meets, fate } of this.#troubles) {
      const decided = meets(request) ? fate() : undefined;
      if (decided) return decided;
    }
    return this.#happens(this.#lossPercent) ? this.#loss() : undefined;
  }

  /** All trouble is over, for good. */
  calm(): void {
    this.#calm = true;
  }

  /** What goes to or comes from that process gets lost. */
  cutOff(name: string, forMs: number): void {
    this.#add(
      forMs,
      ({ from }) => from === name,
      () => this.#loss(),
    );
  }

  /** The coordinator cannot be reached, or says that it is none. */
  coordinatorAway(forMs: number): void {
    this.#add(forMs, isOfCoordinator, () =>
      this.#happens(50) ? { refused: 'NOT_COORDINATOR' } : { lost: 'request', noticedMs: this.#between(20, 2_000) },
    );
  }

  /** What the coordinator has to write down before it can say yes is refused. */
  fullDisk(forMs: number): void {
    const refused = { refused: 'NOT_COORDINATOR' } as const;
    this.#add(
      forMs,
      ({ api }) => api === 'commit' || api === 'sync',
      () => refused,
    );
  }

  /** Commits fare badly, so many of a hundred. */
  commits({ how, percent, forMs }: Pick<FaultOf<'commits'>, 'how' | 'percent' | 'forMs'>): void {
    this.#add(
      forMs,
      ({ api }) => api === 'commit',
      () => (this.#happens(percent) ? this.#badCommit(how) : undefined),
    );
  }

  #badCommit(how: FaultOf<'commits'>['how']): Fate {
    if (how === 'refused')
      return { refused: refusals[Math.floor(this.#random() * refusals.length)] ?? 'NOT_COORDINATOR' };
    if (how === 'unanswered') return { lost: 'answer', noticedMs: this.#between(20, 3_000) };
    return this.#happens(50) ? { requestMs: this.#between(100, 8_000) } : { answerMs: this.#between(100, 8_000) };
  }

  #loss(): Fate {
    return { lost: this.#happens(50) ? 'request' : 'answer', noticedMs: this.#between(20, 5_000) };
  }

  #add(forMs: number, meets: Trouble['meets'], fate: Trouble['fate']): void {
    this.#troubles.push({ untilMs: this.#nowMs() + forMs, meets, fate });
  }

  #happens(percent: number): boolean {
    return percent > 0 && this.#random() * 100 < percent;
  }

  #between(fromMs: number, toMs: number): number {
    return Math.round(fromMs + this.#random() * (toMs - fromMs));
  }
}

function isOfCoordinator({ node, api }: SentRequest): boolean {
  return node === coordinator && ofCoordinator.includes(api);
}
