/** In the place of a result: it was done before, by another attempt or another member, and what came of it then is not known. */
export const doneBefore: unique symbol = Symbol('done before');

export type DoneBefore = typeof doneBefore;
