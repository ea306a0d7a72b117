import { markdownTable } from './markdown-table.ts';
import { medianOf, type Result } from './figures.ts';
import { missingPeers, resultColumns, resultRows, whole } from './result-rows.ts';
import { boundPerSecond, describeScenario, type Scenario } from './scenario.ts';

/** A scenario, and what its peers have shown. */
export interface Measured {
  readonly scenario: Scenario;
  readonly results: readonly Result[];
}

/** Under what conditions all was measured, a line each. */
export type Conditions = readonly string[];

/** Markdown: conditions, calls per second of all by all, then each scenario with what else was seen. */
export function report(measured: readonly Measured[], conditions: Conditions): string {
  const overview = measured.length > 1 ? ['Calls per second, medians:', overviewTable(measured)] : [];
  return [conditions.map((line) => `- ${line}`).join('\n'), ...overview, ...measured.flatMap(section)].join('\n\n');
}

function overviewTable(measured: readonly Measured[]): string {
  const peers = [...new Set(measured.flatMap(({ results }) => results.map(({ peer }) => peer)))];
  const rows = peers.map((name) => [
    name,
    ...measured.map(({ results }) => {
      const result = results.find(({ peer }) => peer === name);
      return result && result.turns.length > 0 ? whole(medianOf(result.turns, ({ perSecond }) => perSecond)) : '–';
    }),
  ]);
  return markdownTable(['', ...measured.map(({ scenario }) => scenario.name)], rows);
}

function section({ scenario, results }: Measured): readonly string[] {
  const bound = (order: Result['order']) => boundPerSecond(scenario, order);
  const stub = medianOf(
    results.flatMap(({ turns }) => turns),
    ({ stubMicrosPerCall }) => stubMicrosPerCall,
  );
  return [
    `### ${scenario.name}`,
    `${describeScenario(scenario)}. In order of keys nothing could call faster than ${whole(bound('key'))} a second. The stub took ${whole(stub)} µs a call.`,
    markdownTable(resultColumns, resultRows(results, bound)),
    ...missingPeers(results),
  ];
}
