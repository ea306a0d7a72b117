/**
 * Shows on stderr that something is going on and for how long: in place on a terminal, elsewhere a line now and every ten seconds.
 *
 * @param {string} what
 * @returns {(ok: boolean) => void} to be called when it is over
 */
export function showElapsed(what) {
  const since = performance.now();
  const live = process.stderr.isTTY;
  const seconds = () => `${Math.round((performance.now() - since) / 1000)} s`;
  const show = () =>
    process.stderr.write(live ? `\r\u001b[K⠿ ${what} ${seconds()}` : `  ${what}: still waiting (${seconds()})\n`);
  if (!live) process.stderr.write(`  ${what}: waiting\n`);
  const timer = setInterval(show, live ? 200 : 10_000);
  return (ok) => {
    clearInterval(timer);
    process.stderr.write(`${live ? '\r\u001b[K' : ''}${ok ? '✓' : '✗'} ${what} (${seconds()})\n`);
  };
}
