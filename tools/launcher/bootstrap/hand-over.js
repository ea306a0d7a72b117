import { delimiter, dirname, join } from 'node:path';
import { runChild } from './run-child.js';

const runsTypeScript = 24;

/**
 * The Node that runs the TypeScript: this one where it is new enough, else the one among the packages.
 *
 * @param {string} folder
 * @returns {string}
 */
export function chooseNode(folder) {
  const own = Number(process.versions.node.split('.')[0]) >= runsTypeScript;
  return own ? process.execPath : join(folder, 'node_modules', 'node', 'bin', 'node');
}

/**
 * Runs `main` below `folder` in our place: terminal and signals pass through. That Node and the packages' commands come
 * first on its PATH.
 *
 * @param {string} folder
 * @param {string} main
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function handOver(folder, main, args) {
  const node = chooseNode(folder);
  const path = [dirname(node), join(folder, 'node_modules', '.bin'), process.env['PATH']]
    .filter(Boolean)
    .join(delimiter);
  return runChild(node, [join(folder, main), ...args], { stdio: 'inherit', env: { ...process.env, PATH: path } });
}
