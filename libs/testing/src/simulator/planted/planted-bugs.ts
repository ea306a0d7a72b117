import { engineBugs } from './engine-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { sourceBugs } from './source-bugs.ts';

/** All of them. */
export const plantedBugs: readonly PlantedBug[] = [...engineBugs, ...sourceBugs];
