/** A bug that others shipped, as a change of our own text: what it replaces must be there exactly once. */
export interface PlantedBug {
  /** Short and stable. */
  readonly name: string;
  /** Where it was published, and what it did. */
  readonly published: string;
  readonly changes: readonly PlantedChange[];
}

export interface PlantedChange {
  /** From the root folder. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}
