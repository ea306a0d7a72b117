/** The sum of a metric over all its series, as a service's `/metrics` shows it; 0 where there is none. */
export async function readMetric(service: string, name: string): Promise<number> {
  const response = await fetch(`${service}/metrics`);
  return sumOf(name, await response.text());
}

/** The same from what `/metrics` answered. */
export function sumOf(name: string, metrics: string): number {
  const lines = metrics.split('\n');
  const ours = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return ours.reduce((sum, line) => sum + valueOf(line), 0);
}

/** `name{label="value"} 12 1700000000000`: the value, with or without a time after it. Label values hold no closing brace. */
function valueOf(line: string): number {
  const [value] = line
    .slice(line.indexOf('}') + 1 || line.indexOf(' '))
    .trim()
    .split(' ');
  return Number(value);
}
