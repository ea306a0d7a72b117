import type { CallId } from './call-id.ts';

/** What a gate has seen of calls. */
export interface CallCounts {
  /** Answered. */
  readonly calls: number;
  /** Of these the first for its idempotency key; the others were repeated. */
  readonly effects: number;
  /** Began while another call of the same key was under way. */
  readonly overlaps: number;
  /** Began before all earlier ones of the same key had been answered; where records may be left out, after a later one began. */
  readonly outOfOrder: number;
  readonly inFlight: number;
  /** The most in flight since it was last asked to forget. */
  readonly peak: number;
}

/** Watches calls: their order and overlap per key, and which were made again. Constant time and a few bytes per key. */
export class CallCheck {
  #running = new Uint16Array(1024);
  /** How many of each key are answered without a gap. */
  #done = new Uint32Array(1024);
  /** One more than the latest of each key that began. */
  #begun = new Uint32Array(1024);
  /** Those answered beyond a gap. */
  readonly #ahead = new Set<string>();
  #calls = 0;
  #effects = 0;
  #overlaps = 0;
  #outOfOrder = 0;
  #inFlight = 0;
  #peak = 0;

  started({ key, sequence }: CallId, { leftOut = false }: { readonly leftOut?: boolean } = {}): void {
    if (key >= this.#done.length) this.#grow(key);
    if (this.#running[key]! > 0) this.#overlaps += 1;
    if (leftOut ? sequence + 1 < this.#begun[key]! : sequence > this.#done[key]!) this.#outOfOrder += 1;
    this.#begun[key] = Math.max(this.#begun[key]!, sequence + 1);
    this.#running[key]! += 1;
    this.#inFlight += 1;
    if (this.#inFlight > this.#peak) this.#peak = this.#inFlight;
  }

  /** Whether the call has an answer, and so its effect, for the first time. */
  ended({ key, sequence }: CallId): void {
    this.#running[key]! -= 1;
    this.#inFlight -= 1;
    this.#calls += 1;
    if (this.#isNew(key, sequence)) this.#effects += 1;
  }

  /** The call has had no effect, and counts for nothing but the order. */
  failed({ key }: CallId): void {
    this.#running[key]! -= 1;
    this.#inFlight -= 1;
  }

  forgetPeak(): void {
    this.#peak = this.#inFlight;
  }

  counts(): CallCounts {
    return {
      calls: this.#calls,
      effects: this.#effects,
      overlaps: this.#overlaps,
      outOfOrder: this.#outOfOrder,
      inFlight: this.#inFlight,
      peak: this.#peak,
    };
  }

  #isNew(key: number, sequence: number): boolean {
    const done = this.#done[key]!;
    if (sequence < done || (sequence > done && this.#ahead.has(`${key}~${sequence}`))) return false;
    if (sequence > done) this.#ahead.add(`${key}~${sequence}`);
    else this.#done[key] = this.#closeGap(key, done + 1);
    return true;
  }

  #closeGap(key: number, from: number): number {
    let done = from;
    while (this.#ahead.size > 0 && this.#ahead.delete(`${key}~${done}`)) done += 1;
    return done;
  }

  #grow(key: number): void {
    const length = 2 ** Math.ceil(Math.log2(key + 1));
    const [running, done, begun] = [this.#running, this.#done, this.#begun];
    this.#running = new Uint16Array(length);
    this.#done = new Uint32Array(length);
    this.#begun = new Uint32Array(length);
    this.#running.set(running);
    this.#done.set(done);
    this.#begun.set(begun);
  }
}
