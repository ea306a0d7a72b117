/** A failure that the user can mend. `message` is what to print: one line, plus a log's last lines where a process ended. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}
