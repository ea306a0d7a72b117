/** A scenario that prints figures; it asserts nothing. */
export interface Benchmark {
  /** As given to the runner. */
  readonly name: string;
  /** One line for the list. */
  readonly what: string;
  /** Prints its conditions and figures to standard output. */
  run(): Promise<void>;
}
