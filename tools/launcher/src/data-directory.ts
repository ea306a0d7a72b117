import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LaunchError } from './launch-error.ts';

/** A system's folder, held by this process alone. */
export interface DataDirectory {
  readonly path: string;
  readonly logs: string;
  /** Lets the next launcher have it. */
  release(): void;
}

/**
 * Makes the folder and takes it for this process; a LaunchError where another launcher has it. The lock is SQLite's, on an
 * empty database: the kernel drops it when this process ends, however it ends, so that no stale lock is ever met.
 */
export function openDataDirectory(path: string): DataDirectory {
  const logs = join(path, 'logs');
  mkdirSync(logs, { recursive: true });
  const lock = new DatabaseSync(join(path, 'launcher.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new LaunchError(
      `Another launcher is running on ${path}. Stop it first, or name another folder with --data-dir.`,
      { cause: error },
    );
  }
  return { path, logs, release: () => void (lock.isOpen && lock.close()) };
}
