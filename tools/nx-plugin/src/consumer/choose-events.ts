import { GeneratorError } from './generator-error.ts';
import type { KnownEvent } from './workspace.ts';

/** The events asked for, each once. A GeneratorError lists those there are. */
export function chooseEvents(wanted: readonly string[], known: readonly KnownEvent[]): readonly KnownEvent[] {
  const types = wanted.flatMap((list) => list.split(',')).map((type) => type.trim());
  const chosen = [...new Set(types.filter(Boolean))];
  const thereAre = `There are: ${known.map(({ type }) => type).join(', ')}.`;
  if (chosen.length === 0) throw new GeneratorError(`Which event is it to hear? Add --event <event>. ${thereAre}`);
  return chosen.map((type) => {
    const event = known.find((each) => each.type === type);
    if (!event) throw new GeneratorError(`No event is called ${type}. ${thereAre}`);
    return event;
  });
}
