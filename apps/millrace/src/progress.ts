import type { Progress } from './session.ts';

const cleared = '\r\u001b[2K';

/** On a terminal: one line, written over. */
export function progressOn({
  isTTY,
  write,
}: {
  readonly isTTY: boolean;
  readonly write: (text: string) => void;
}): Progress {
  if (!isTTY) return { show: () => undefined, end: () => undefined };
  return { show: (text) => write(`${cleared}${text}`), end: () => write(cleared) };
}
