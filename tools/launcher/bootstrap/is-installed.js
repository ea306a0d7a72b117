import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules below `folder` is what its package-lock.json asks for. npm writes a lock file of its own into
 * node_modules once an installation has succeeded, and takes it away before it begins another, so that a half-finished one has
 * none.
 *
 * @param {string} folder
 * @returns {boolean}
 */
export function isInstalled(folder) {
  const installed = readPackages(join(folder, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(join(folder, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return isSatisfied(wanted, installed) && existsSync(join(folder, 'node_modules', 'node', 'bin', 'node'));
}

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[] }} Package
 */

/**
 * Whether everything installed is wanted, and everything wanted is installed but what npm leaves out on some platforms.
 *
 * @param {Record<string, Package>} wanted
 * @param {Record<string, Package>} installed
 * @returns {boolean}
 */
export function isSatisfied(wanted, installed) {
  const extra = Object.keys(installed).filter((path) => !isSame(installed[path], wanted[path]));
  const missing = Object.keys(wanted).filter(
    (path) => path !== '' && !(path in installed) && !mayBeMissing(wanted[path]),
  );
  return extra.length === 0 && missing.length === 0;
}

/**
 * @param {Package | undefined} one
 * @param {Package | undefined} other
 * @returns {boolean}
 */
function isSame(one, other) {
  return other !== undefined && one?.version === other.version && one?.link === other.link;
}

/**
 * Packages for other platforms are not always marked as optional.
 *
 * @param {Package | undefined} wanted
 * @returns {boolean}
 */
function mayBeMissing(wanted) {
  return wanted?.optional === true || wanted?.os !== undefined || wanted?.cpu !== undefined;
}

/**
 * @param {string} file
 * @returns {Record<string, Package> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
