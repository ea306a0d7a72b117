import type { Commit } from '@millrace/messaging';

/** A partition under one lease, and when, in ms by the world's clock, which all members share. */
interface Moment {
  readonly atMs: number;
  readonly partition: number;
  readonly epoch: number;
}

/** What a member hears of its source and does with it, as data: it may have happened in another process. */
export type Told =
  | (Moment & {
      readonly what: 'granted';
      readonly committed: Commit | undefined;
      readonly logStart: number;
      readonly logEnd: number;
    })
  | (Moment & { readonly what: 'records'; readonly offsets: readonly number[]; readonly coveredTo: number })
  | (Moment & { readonly what: 'revoking'; readonly deadlineMs: number })
  /** It said itself that the partition may go. */
  | (Moment & { readonly what: 'released' })
  | (Moment & { readonly what: 'revoked'; readonly aborted: boolean })
  /** Something was underway here, as the lease allowed it. */
  | (Moment & { readonly what: 'worked' });

export type ToldOf<What extends Told['what']> = Extract<Told, { readonly what: What }>;

/** The one that was told first, of one kind and partition; throws where there was none. */
export function firstTold<What extends Told['what']>(
  told: readonly Told[],
  what: What,
  partition?: number,
): ToldOf<What> {
  return orThrow(of(told, what, partition).at(0), what);
}

/** As {@link firstTold}, the last one. */
export function lastTold<What extends Told['what']>(
  told: readonly Told[],
  what: What,
  partition?: number,
): ToldOf<What> {
  return orThrow(of(told, what, partition).at(-1), what);
}

function of<What extends Told['what']>(told: readonly Told[], what: What, partition?: number): readonly ToldOf<What>[] {
  return toldOf(told, what).filter((each) => partition === undefined || each.partition === partition);
}

function orThrow<Each>(found: Each | undefined, what: string): Each {
  if (found === undefined) throw new Error(`no ${what} was told`);
  return found;
}

/** What was told of one kind, in order. */
export function toldOf<What extends Told['what']>(told: readonly Told[], what: What): readonly ToldOf<What>[] {
  return told.filter((each): each is ToldOf<What> => each.what === what);
}
