/** A whole number from `least` to `most`; `random` is from 0 to 1. */
export function between(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of them. */
export function oneOf<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to draw from');
  return item;
}

/** All of them, in an order of its own. */
export function shuffled<Item>(random: () => number, items: readonly Item[]): Item[] {
  const order = items.map((item) => ({ item, at: random() }));
  return order.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}

/** A number for a seed and a name, so that each scenario has its own draws, whatever runs beside it. */
export function seedOf(seed: number, name: string): number {
  let mixed = seed | 0;
  for (const letter of name) mixed = (Math.imul(mixed, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  return mixed;
}
