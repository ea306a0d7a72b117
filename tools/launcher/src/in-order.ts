/** Something to be done after other things of the same list. */
export interface Step {
  readonly name: string;
  readonly needs: readonly string[];
}

/**
 * Does every step as soon as those it needs are done. A step stands in the list after those it needs; names that are not in
 * the list are taken as done. Rejects with the first failure, while steps that have begun go on.
 */
export async function inOrder<Some extends Step>(
  steps: readonly Some[],
  act: (step: Some) => Promise<void>,
): Promise<void> {
  const done = new Map<string, Promise<void>>();
  for (const step of steps) {
    const needed = Promise.all(step.needs.flatMap((name) => done.get(name) ?? []));
    done.set(
      step.name,
      needed.then(() => act(step)),
    );
  }
  await Promise.all(done.values());
}

/** The same steps for undoing: each after those that need it. */
export function reversed(steps: readonly Step[]): readonly Step[] {
  return steps.toReversed().map(({ name }) => ({
    name,
    needs: steps.filter(({ needs }) => needs.includes(name)).map((step) => step.name),
  }));
}
