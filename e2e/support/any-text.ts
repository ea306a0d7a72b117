import { expect } from 'vitest';

/** Stands for any text in what `toMatchObject` and `toEqual` are given. */
export const anyText: unknown = expect.any(String);
