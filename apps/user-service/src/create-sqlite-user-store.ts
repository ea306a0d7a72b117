import type { DatabaseSync } from 'node:sqlite';
import { userEmailChanged, userRegistered } from '@millrace/contracts';
import { carryOut, inTransaction, type Outbox, type SqliteTransaction } from '@millrace/outbox';
import { type Answer, changed, noSuchUser, registered, taken } from './answer.ts';
import { type KeyedRequest, replayOf } from './keyed-request.ts';
import { SqliteKeptAnswers } from './sqlite-kept-answers.ts';
import { SqliteUsers } from './sqlite-users.ts';
import type { NewUser } from './user.ts';
import type { EmailChange, UserStore } from './user-store.ts';

export interface SqliteUserStoreOptions {
  /** Opened with the tables of tables.ts; outlives the store. */
  readonly database: DatabaseSync;
  readonly outbox: Outbox<SqliteTransaction, void>;
}

/** The user store in SQLite. */
export function createSqliteUserStore({ database, outbox }: SqliteUserStoreOptions): UserStore {
  const users = new SqliteUsers(database);
  const answers = new SqliteKeptAnswers(database);

  const replay = (request: KeyedRequest) => {
    const kept = answers.find(request.key);
    return kept && replayOf(kept, request);
  };
  const answerOnce = (request: KeyedRequest | undefined, decide: (transaction: SqliteTransaction) => Answer): Answer =>
    inTransaction(database, (transaction) => {
      if (!request) return decide(transaction);
      const earlier = replay(request);
      if (earlier) return earlier;
      const answer = decide(transaction);
      answers.keep(request, answer);
      return answer;
    });

  const register = (transaction: SqliteTransaction, { passwordHash, ...user }: NewUser) => {
    const fields = users.insert({ ...user, passwordHash });
    if (fields.length > 0) return taken(fields);
    outbox.append(transaction, userRegistered, user);
    return registered(user);
  };
  const changeEmail = (transaction: SqliteTransaction, { userId, email, changedAt }: EmailChange) => {
    const user = users.find(userId);
    if (!user) return noSuchUser;
    if (user.email === email) return changed(user);
    if (!users.setEmail(userId, email)) return taken(['email']);
    outbox.append(transaction, userEmailChanged, { userId, changedAt });
    return changed({ ...user, email });
  };

  return {
    find: async (userId) => carryOut(() => users.find(userId)),
    replay: async (request) => carryOut(() => replay(request)),
    register: async (user, request) => answerOnce(request, (transaction) => register(transaction, user)),
    changeEmail: async (change, request) => answerOnce(request, (transaction) => changeEmail(transaction, change)),
    removeExpired: async (limit) => carryOut(() => answers.removeExpired(limit)),
  };
}
