import type { SeedReport } from '@millrace/testing/simulator';

/** What a worker is started with. */
export interface SeedWorkerData {
  /** The name of the bug to plant into what the worker loads. */
  readonly bug: string | undefined;
}

/** Work for a worker. */
export interface SeedRequest {
  readonly seeds: readonly number[];
  /** Look for a smaller scenario that violates the same guarantee. */
  readonly shrink: boolean;
  readonly trace: boolean;
}

/** What a worker says: what came of a seed, or that it has nothing to do. */
export type SeedAnswer = { readonly kind: 'report'; readonly report: SeedReport } | { readonly kind: 'ready' };
