/** A scenario that prints figures; it asserts nothing. */
export interface Benchmark {
  /** As given to the runner. */
  readonly name: string;
  /** One line for the list. */
  readonly what: string;
  /** Prints its conditions and figures to standard output; a LaunchError names the argument that it does not understand. */
  run(args: readonly string[]): Promise<void>;
}
