/** Offsets from `from` on, up to but without `to`; never empty. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}
