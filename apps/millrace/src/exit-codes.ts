/** How a command ended, for scripts; docs/dead-letters.md has the same table. */
export const exitCodes = {
  /** All of it was done, or there was nothing to do. */
  ok: 0,
  /** It was not done, or not all of it: the message says why, and repeating it is safe. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** Something was refused, for safety; the rest was done. */
  refused: 3,
} as const;
