import { GeneratorError } from './generator-error.ts';
import type { Workspace } from './workspace.ts';

/** Those below need a privileged user, which no container has. */
const lowest = 1024;
const highest = 65_535;

/** The port asked for, else the first free one after those of the other consumers. A GeneratorError where it is taken. */
export function choosePort(wanted: number | undefined, { apps, ports }: Pick<Workspace, 'apps' | 'ports'>): number {
  const next = (after: number): number => (ports.some(({ standard }) => standard === after) ? next(after + 1) : after);
  const ofConsumers = apps.filter(({ api }) => api).flatMap((app) => app.ports.map(({ standard }) => standard));
  const free = next(Math.max(lowest, ...ofConsumers) + 1);
  if (wanted === undefined) return free;
  const owner = ports.find(({ standard }) => standard === wanted);
  if (owner) throw new GeneratorError(`Port ${wanted} is taken by ${owner.purpose}. ${free} is free.`);
  if (Number.isInteger(wanted) && wanted >= lowest && wanted <= highest) return wanted;
  throw new GeneratorError(`--port is a number from ${lowest} to ${highest}, not ${wanted}. ${free} is free.`);
}
