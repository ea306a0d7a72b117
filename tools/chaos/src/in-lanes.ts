/** Something that may have to take turns with others of the same word. */
export interface Turn {
  /** @default it has to wait for nobody */
  readonly takesTurns?: string;
}

/**
 * Works on so many at a time, in order, and of those with the same word on one: whoever works on it comes to the next of them,
 * too.
 */
export async function inLanes<Item extends Turn>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const running = new Set<string | undefined>();
  const next = (): Item | undefined => {
    const at = left.findIndex(({ takesTurns }) => takesTurns === undefined || !running.has(takesTurns));
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  const lane = async (): Promise<void> => {
    for (let item = next(); item; item = next()) {
      running.add(item.takesTurns);
      await work(item);
      running.delete(item.takesTurns);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
