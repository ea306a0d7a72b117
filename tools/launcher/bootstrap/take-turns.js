import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// Its number may be another process's by then.
const longestMs = 15 * 60_000;

/**
 * Does `work` while no other process does, by way of a file with the process id of the one whose turn it is. The file of a
 * process that has ended counts for nothing.
 *
 * @param {string} file
 * @param {() => void} onWait called once when another process is at work
 * @param {() => Promise<void>} work
 */
export async function takeTurns(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  let waiting = false;
  while (!take(file)) {
    if (!waiting) onWait();
    waiting = true;
    await delay(500);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function take(file) {
  try {
    writeFileSync(file, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (code(error) !== 'EEXIST') throw error;
    if (isStale(file)) rmSync(file, { force: true });
    return false;
  }
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isStale(file) {
  try {
    return Date.now() - statSync(file).mtimeMs > longestMs || !isAlive(Number(readFileSync(file, 'utf8')));
  } catch {
    // Gone, or not written yet.
    return false;
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  try {
    // 0 while its number is being written.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return code(error) === 'EPERM';
  }
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
function code(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
