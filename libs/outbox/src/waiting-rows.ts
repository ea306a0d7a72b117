/**
 * The condition of `pending` on `outbox AS o`: not published, not set aside, and no earlier row of the same topic and key set
 * aside. Rows without a key wait for nobody.
 */
export const mayBePublished = `
  o.published_at_ms IS NULL AND o.set_aside_reason IS NULL AND NOT EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.set_aside_reason IS NOT NULL AND earlier.topic = o.topic AND earlier.key = o.key AND earlier.id < o.id
  )
`;

/** What a batch may hold beyond its first row: 500 rows of a megabyte each would be no small memory. */
export const batchBytes = 4 * 1024 * 1024;
