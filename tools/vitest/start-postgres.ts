import { startPostgres } from '@millrace/launcher';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** Starts one PostgreSQL for all files of the run, each of which makes a database of its own there. */
export default async function startForAll(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ settings: { fsync: 'off', max_connections: 300 } });
  project.provide('postgresUrl', postgres.url);
  return () => postgres.close();
}
