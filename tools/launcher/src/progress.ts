/**
 * News about a wait. `waiting`: it has begun, or `detail` has changed; `done`, `failed`: it is over; `note`: one line worth
 * telling that ends no wait. `what` names the wait and stays the same from its begin to its end.
 */
export interface ProgressEvent {
  readonly state: 'waiting' | 'done' | 'failed' | 'note';
  readonly what: string;
  readonly detail?: string;
}

/** Hears of every wait; must not throw. */
export type OnProgress = (event: ProgressEvent) => void;

/** For callers who do not want to hear. */
export const silence: OnProgress = () => undefined;

/** Reports `what` as a wait for as long as `work` takes; its result may be described in the line that ends the wait. */
export async function tracked<Result>(
  onProgress: OnProgress,
  what: string,
  work: () => Promise<Result>,
  describe: (result: Result) => string | undefined = () => undefined,
): Promise<Result> {
  onProgress({ state: 'waiting', what });
  try {
    const result = await work();
    const detail = describe(result);
    onProgress(detail === undefined ? { state: 'done', what } : { state: 'done', what, detail });
    return result;
  } catch (error) {
    onProgress({ state: 'failed', what });
    throw error;
  }
}
