const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** For people: `2 d 3 h`, `4 min 12 s`, `0 s`; the greatest unit and the next one, rounded down. */
export function spokenDuration(ms: number): string {
  let seconds = Math.max(0, Math.floor(ms / 1_000));
  const greatest = units.findIndex(([, length]) => seconds >= length);
  if (greatest < 0) return '0 s';
  const parts: string[] = [];
  for (const [unit, length] of units.slice(greatest, greatest + 2)) {
    if (seconds >= length) parts.push(`${Math.floor(seconds / length)} ${unit}`);
    seconds %= length;
  }
  return parts.join(' ');
}
