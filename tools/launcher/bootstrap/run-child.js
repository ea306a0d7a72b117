import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end, passing on the signals that would end this process.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code; 128 and the number of the signal that ended it; rejects when it cannot be started
 */
export async function runChild(command, args, options) {
  const child = spawn(command, args, options);
  const listeners = passedOn.map((name) => /** @type {const} */ ([name, () => child.kill(name)]));
  for (const [name, listener] of listeners) process.on(name, listener);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
  } finally {
    for (const [name, listener] of listeners) process.off(name, listener);
  }
}
