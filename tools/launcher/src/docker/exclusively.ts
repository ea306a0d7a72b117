let last: Promise<unknown> = Promise.resolve();

/** Does one thing at a time in this process, in the order of the calls: two `docker compose` commands that create the same network fail. */
export function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}
