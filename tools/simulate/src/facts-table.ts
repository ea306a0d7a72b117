import type { RunFacts } from '@millrace/testing/simulator';

/** What the runs contained, so that a world in which nothing happens does not look clean. */
export function factsTable(facts: RunFacts, seeds: number, seconds: number): string {
  const rows = [
    ['seeds', seeds],
    ['seconds', seconds],
    ['ms per seed', (seconds * 1000) / seeds],
    ...Object.entries(facts),
  ];
  return rows.map(([name, value]) => `${String(name).padEnd(20)}${number(Number(value)).padStart(14)}`).join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
