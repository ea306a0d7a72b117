import { closeSync, openSync } from 'node:fs';

/** Calls `use` with the file opened for appending; the child that inherited it keeps its own copy. */
export async function withLog<Result>(file: string, use: (descriptor: number) => Promise<Result>): Promise<Result> {
  const descriptor = openSync(file, 'a');
  try {
    return await use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
