import { startNode } from '../support/start-node.ts';

/** What a client's calls took. */
export interface Cost {
  /** Microseconds of the processor, user and system, for each. */
  readonly cpuUs: number;
  readonly perSecond: number;
  /** At its peak. */
  readonly rssMb: number;
}

/** Measures a subject in a process of its own. */
export async function measureClient(subject: string, url: string, concurrency: number): Promise<Cost> {
  const env = { CLIENT_SUBJECT: subject, CLIENT_URL: url, CLIENT_CONCURRENCY: `${concurrency}` };
  const { firstLine } = await startNode(new URL('./client.ts', import.meta.url), env);
  return JSON.parse(firstLine) as Cost;
}
