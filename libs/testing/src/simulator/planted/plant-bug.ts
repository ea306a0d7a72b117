import { registerHooks } from 'node:module';

import type { PlantedBug, PlantedChange } from './planted-bug.ts';
import { plantedBugs } from './planted-bugs.ts';

/** A bug that sits in what this thread loads from now on. */
export interface Planting {
  /** Throws where a file of the bug has not been loaded: it would be looked for in vain. */
  requirePlanted(): void;
}

const root = new URL('../../../../../', import.meta.url);

/**
 * Changes the files of the bug of that name while they are loaded. Loading throws where the text to be replaced is not there
 * exactly once, so that no bug is quietly left out when the code it sits in changes.
 */
export function plantBug(name: string): Planting {
  const bug = plantedBugs.find((each) => each.name === name);
  if (!bug) throw new Error(`No planted bug is called ${name}`);
  const missing = new Set(bug.changes.map(({ file }) => file));
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const changes = bug.changes.filter(({ file }) => new URL(file, root).href === url);
      if (changes.length === 0) return loaded;
      for (const { file } of changes) missing.delete(file);
      return { ...loaded, source: planted(bug, sourceText(loaded.source), changes) };
    },
  });
  return {
    requirePlanted: () => {
      if (missing.size > 0) throw new Error(`${name} is planted into ${[...missing].join(', ')}, which nothing loads`);
    },
  };
}

/** The text with the changes made. */
export function planted({ name }: Pick<PlantedBug, 'name'>, source: string, changes: readonly PlantedChange[]): string {
  return changes.reduce((text, { file, text: old, replacement }) => {
    const parts = text.split(old);
    if (parts.length === 2) return parts.join(replacement);
    throw new Error(`${name} replaces a text that is ${parts.length - 1} times in ${file}, not once:\n${old}`);
  }, source);
}

function sourceText(source: unknown): string {
  if (typeof source === 'string') return source;
  return Buffer.from(source as Uint8Array).toString();
}
