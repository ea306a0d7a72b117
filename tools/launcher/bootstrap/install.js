import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isInstalled } from './is-installed.js';
import { runChild } from './run-child.js';
import { showElapsed } from './show-elapsed.js';
import { takeTurns } from './take-turns.js';

/**
 * Runs `npm ci` in `folder` unless node_modules is what the lock file asks for. Rejects with an error to be printed as it is.
 *
 * @param {string} folder
 */
export async function install(folder) {
  if (isInstalled(folder)) return;
  const turn = join(folder, '.millrace', 'npm-ci.pid');
  const onWait = () => console.error('  Packages: another process is installing them; waiting for it');
  await takeTurns(turn, onWait, async () => {
    if (!isInstalled(folder)) await npmCi(folder);
  });
}

/** @param {string} folder */
async function npmCi(folder) {
  const log = join(folder, '.millrace', 'logs', 'npm-ci.log');
  mkdirSync(dirname(log), { recursive: true });
  const done = showElapsed('Packages, by npm ci');
  const code = await runNpm(folder, log).finally(() => done(isInstalled(folder)));
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; all of its output: ${log}${reason(log)}`);
}

/**
 * @param {string} folder
 * @param {string} log
 * @returns {Promise<number>} its exit code
 */
async function runNpm(folder, log) {
  // A production environment must not take the tools away.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const env = { ...process.env, PATH: pathOutside(join(folder, 'node_modules')) };
  const output = openSync(log, 'w');
  try {
    return await runChild('npm', args, { cwd: folder, env, stdio: ['ignore', output, output] });
  } catch (error) {
    throw new Error('npm is missing, which comes with Node: install it, or put it on PATH.', { cause: error });
  } finally {
    closeSync(output);
  }
}

/**
 * PATH without what is below `folder`: npm is about to delete the Node there, and must not run on it.
 *
 * @param {string} folder
 * @returns {string}
 */
function pathOutside(folder) {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return path.filter((entry) => !entry.startsWith(folder)).join(delimiter);
}

/**
 * What npm says went wrong, without the usage that follows it; else the last it said.
 *
 * @param {string} log
 * @returns {string}
 */
function reason(log) {
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  const errors = lines.filter((line) => /^npm (error|ERR!) ./.test(line)).slice(0, 8);
  return (errors.length > 0 ? errors : lines.slice(-8)).map((line) => `\n  | ${line}`).join('');
}
