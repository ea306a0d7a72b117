import type { PostgresStatements } from '@millrace/postgres';
import { appendedChannel } from './locks.ts';

/**
 * Tells relays, in whatever process, of commits: the shards of all that were committed while the last word was on its way, in one.
 *
 * Not within the transactions that append. A transaction that notifies has to itself the right to commit in the whole server
 * until it is on the disk; with 5 ms for that there are no more than 200 commits a second, where otherwise many reach the disk
 * together. One that does nothing but notify writes nothing. A word that is lost, as in a crash, is made up for by the relay's
 * poll.
 */
export function createCommitNotifier(database: PostgresStatements): (shard: number) => void {
  const waiting = new Set<number>();
  let sending = false;
  const send = async (): Promise<void> => {
    sending = true;
    while (waiting.size > 0) {
      const shards = [...waiting];
      waiting.clear();
      await database.query(notifySql, [shards.map(String)]).catch(() => undefined);
    }
    sending = false;
  };
  return (shard) => {
    waiting.add(shard);
    if (!sending) void send();
  };
}

const notifySql = `SELECT pg_notify('${appendedChannel}', shard) FROM unnest($1::text[]) AS shard`;
