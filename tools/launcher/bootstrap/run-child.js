import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { whenOrphaned } from './when-orphaned.js';

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end, passing on the signals that would end this process, and the end of the npm that started it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code; 128 and the number of the signal that ended it; rejects when it cannot be started
 */
export async function runChild(command, args, options) {
  const child = spawn(command, args, options);
  const endWatch = whenOrphaned(() => child.kill('SIGTERM'));
  /** @param {NodeJS.Signals} name */
  const passOn = (name) => {
    // npm has heard it, too, and may end by it: that is not to be taken for a second wish.
    endWatch();
    child.kill(name);
  };
  for (const name of passedOn) process.on(name, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
  } finally {
    endWatch();
    for (const name of passedOn) process.off(name, passOn);
  }
}
