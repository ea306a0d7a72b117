/** The most in any second, wherever it begins, from one mark to another; `marks` rise. */
export function mostInASecond(marks: readonly number[], from = -Infinity, to = Infinity): number {
  const counted = marks.filter((mark) => mark >= from && mark < to);
  let [most, first] = [0, 0];
  for (const [index, mark] of counted.entries()) {
    while ((counted[first] ?? 0) <= mark - 1_000) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Per second, from one mark to another. */
export function meanPerSecond(marks: readonly number[], from: number, to: number): number {
  return (marks.filter((mark) => mark >= from && mark < to).length * 1_000) / (to - from);
}
