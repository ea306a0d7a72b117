const everyMs = 250;

/**
 * Calls `act` once when npm, which started this command, is gone: told to end by SIGTERM, npm does so at once without a word to
 * what it runs. Without npm nothing is watched, so that a command may be left behind in the background on purpose.
 *
 * @param {() => void} act
 * @returns {() => void} ends the watch
 */
export function whenOrphaned(act) {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, everyMs).unref();
  return () => clearInterval(watch);
}
