import { openPostgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import type { AppendedEvent, ServicesEvidence } from '../judging/services-evidence.ts';

const log = createLogger({ service: 'chaos', level: 'silent' });

export const storedUsers = (url: string): Promise<ServicesEvidence['users']> =>
  query(url, 'SELECT user_id AS "userId", username FROM users');

/** In the order of ids. */
export const appendedEvents = (url: string): Promise<readonly AppendedEvent[]> => query(url, appendedSql);

/** Rows of the outbox that are not published. */
export async function unpublished(url: string): Promise<number> {
  const [row] = await query<{ n: number }>(url, 'SELECT count(*) AS n FROM outbox WHERE published_at_ms IS NULL');
  return row?.n ?? 0;
}

const appendedSql = `
  SELECT event_id AS "eventId", convert_from(key, 'UTF8') AS "userId", headers::json ->> 'ce_type' AS type
  FROM outbox ORDER BY id
`;

async function query<Row extends object>(url: string, sql: string): Promise<readonly Row[]> {
  const database = openPostgres({ url, name: 'chaos', migrations: [], log, maxConnections: 1 });
  await database.start();
  try {
    return (await database.query<Row>(sql)).rows;
  } finally {
    await database.stop();
  }
}
