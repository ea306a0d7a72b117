import type { Answer, Reply } from './answer.ts';
import type { MemberProcess } from './member-process.ts';
import type { Api, Fate, Network, SentRequest } from './network.ts';

export interface ConnectionOptions {
  readonly network: Network;
  readonly process: MemberProcess;
  readonly node: number;
  /** After how long a request that is not answered counts as lost. */
  readonly timeoutMs: number;
}

const usual: Fate = {};

/**
 * One connection of a process to a broker. As in Kafka the broker handles its requests one at a time and in order: while
 * one waits (a join, a long poll), those behind it wait, too.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #arrivedMs = 0;
  #answeredMs = 0;
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * Has `handle` answer on the broker's side. Never rejects: what is lost is answered `REQUEST_TIMED_OUT` in the end. A process
   * that has crashed sends nothing and hears nothing; of what is on its way then, some still arrives.
   */
  request<Value>(api: Api, handle: (reply: Reply<Value>) => void): Promise<Answer<Value>> {
    const { network, process, node, timeoutMs } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Answer<Value>>();
    if (!process.alive) return promise;
    const sent: SentRequest = { from: process.name, node, api };
    const fate = network.fate(sent) ?? usual;
    const sentMs = network.clock.mark();
    const deliver = (answer: Answer<Value>) => process.deliver(() => resolve(answer));
    const unanswered = () =>
      this.#at(sentMs + (fate.noticedMs ?? timeoutMs), () => deliver({ error: 'REQUEST_TIMED_OUT' }));
    const reply: Reply<Value> = (answer) => {
      network.answered?.(sent, answer === 'lost' ? 'lost' : (answer.error ?? 'value'));
      if (answer === 'lost' || fate.lost === 'answer') unanswered();
      else this.#answer(fate, () => deliver(answer));
    };
    if (fate.lost === 'request') unanswered();
    else this.#send(fate, () => this.#handleInTurn(fate, handle, reply));
    return promise;
  }

  #send({ requestMs }: Fate, arrive: () => void): void {
    const { clock, latencyMs } = this.#options.network;
    this.#arrivedMs = Math.max(this.#arrivedMs, clock.mark() + (requestMs ?? latencyMs()));
    this.#at(this.#arrivedMs, () => {
      if (this.#mayStillArrive()) arrive();
    });
  }

  #answer({ answerMs }: Fate, arrive: () => void): void {
    const { clock, latencyMs } = this.#options.network;
    this.#answeredMs = Math.max(this.#answeredMs, clock.mark() + (answerMs ?? latencyMs()));
    this.#at(this.#answeredMs, arrive);
  }

  #mayStillArrive(): boolean {
    const { process, network } = this.#options;
    return process.alive || network.random() < 0.5;
  }

  #handleInTurn<Value>(fate: Fate, handle: (reply: Reply<Value>) => void, reply: Reply<Value>): void {
    const begin = () => {
      const inTurn: Reply<Value> = (answer) => {
        reply(answer);
        this.#next();
      };
      if (fate.refused) inTurn({ error: fate.refused });
      else handle(inTurn);
    };
    if (this.#busy) this.#waiting.push(begin);
    else {
      this.#busy = true;
      begin();
    }
  }

  /** Not at once: the broker is in the middle of answering. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) this.#options.network.clock.after(0, next);
    else this.#busy = false;
  }

  #at(ms: number, action: () => void): void {
    const { clock } = this.#options.network;
    clock.after(Math.max(0, ms - clock.mark()), action);
  }
}
