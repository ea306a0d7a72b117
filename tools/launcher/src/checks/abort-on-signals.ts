/** A signal that aborts when this process is asked to end, so that the tools it runs end first. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      process.exitCode = 130;
      controller.abort();
    });
  return controller.signal;
}
