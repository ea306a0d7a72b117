import type { DatabaseSync } from 'node:sqlite';
import type { Component } from '@millrace/service';

/** Lets the service know whether its database answers, and closes it when everything above has stopped. */
export function databaseComponent(database: DatabaseSync): Component {
  return {
    name: 'database',
    start: async () => undefined,
    notReady: () => {
      try {
        database.prepare('SELECT 1 FROM users LIMIT 1').get();
        return undefined;
      } catch {
        return 'the database does not answer';
      }
    },
    stop: async () => database.close(),
  };
}
