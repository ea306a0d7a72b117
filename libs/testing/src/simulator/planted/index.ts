export { plantBug, type Planting } from './plant-bug.ts';
export type { PlantedBug } from './planted-bug.ts';
export { plantedBugs } from './planted-bugs.ts';
