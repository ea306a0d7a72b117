/** A bug that was shipped somewhere, or nearly, as a change of our own text: what it replaces must be there exactly once. */
export interface PlantedBug {
  /** Short and stable. */
  readonly name: string;
  /** What it did, after the place where it was published, if it was. */
  readonly story: string;
  readonly changes: readonly PlantedChange[];
}

export interface PlantedChange {
  /** From the root folder. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}
