/** One past the last offset that had been delivered at a moment. */
interface Arrival {
  to: number;
  readonly mark: number;
}

const leastStepMs = 100;
const mostArrivals = 64;

/**
 * When the unfinished records of one lease were delivered, in steps: noted once per delivery, not per record. Past 64 steps
 * every second one is given up, but never the oldest or the newest: what is said of a record may be later than it was, and
 * earlier by less than 100 ms.
 */
export class ArrivalTimes {
  #arrivals: Arrival[] = [];

  /** Everything below `to` has been delivered by `mark`, and everything below `finishedTo` is finished. */
  note({ to, mark, finishedTo }: Arrival & { readonly finishedTo: number }): void {
    while ((this.#arrivals[0]?.to ?? Infinity) <= finishedTo) this.#arrivals.shift();
    if (to <= finishedTo) return;
    const last = this.#arrivals.at(-1);
    if (last && mark - last.mark < leastStepMs) last.to = to;
    else this.#arrivals.push({ to, mark });
    if (this.#arrivals.length > mostArrivals) this.#arrivals = this.#arrivals.filter((_, at) => at % 2 === 0);
  }

  /** When `offset` was delivered, by the mark that was noted; undefined where nothing was noted of it. */
  of(offset: number): number | undefined {
    return this.#arrivals.find(({ to }) => to > offset)?.mark;
  }
}
