import { userEmailChanged, userRegistered } from '@millrace/contracts';
import type { Outbox } from '@millrace/outbox';
import type { Postgres, PostgresStatements, PostgresTransaction } from '@millrace/postgres';
import { type Answer, changed, noSuchUser, registered, taken } from './answer.ts';
import { type KeyedRequest, replayOf } from './keyed-request.ts';
import { findAnswer, keepAnswer, lockKey, removeExpired } from './postgres-kept-answers.ts';
import { findUser, insertUser, lockUser, setEmail } from './postgres-users.ts';
import type { NewUser } from './user.ts';
import type { EmailChange, UserStore } from './user-store.ts';

export interface PostgresUserStoreOptions {
  /** Opened with the tables of postgres-tables.ts; outlives the store. */
  readonly database: Pick<Postgres, 'query' | 'transaction'>;
  readonly outbox: Outbox<PostgresTransaction>;
}

/** The user store in PostgreSQL, which several processes may share. */
export function createPostgresUserStore({ database, outbox }: PostgresUserStoreOptions): UserStore {
  const replay = async (statements: PostgresStatements, request: KeyedRequest) => {
    const kept = await findAnswer(statements, request.key);
    return kept && replayOf(kept, request);
  };
  const answerOnce = (
    request: KeyedRequest | undefined,
    decide: (transaction: PostgresTransaction) => Promise<Answer>,
  ): Promise<Answer> =>
    database.transaction(async (transaction) => {
      if (!request) return decide(transaction);
      await lockKey(transaction, request.key);
      const earlier = await replay(transaction, request);
      if (earlier) return earlier;
      const answer = await decide(transaction);
      await keepAnswer(transaction, request, answer);
      return answer;
    });

  const register = async (transaction: PostgresTransaction, { passwordHash, ...user }: NewUser) => {
    const fields = await insertUser(transaction, { ...user, passwordHash });
    if (fields.length > 0) return taken(fields);
    await outbox.append(transaction, userRegistered, user);
    return registered(user);
  };
  const changeEmail = async (transaction: PostgresTransaction, { userId, email, changedAt }: EmailChange) => {
    const user = await lockUser(transaction, userId);
    if (!user) return noSuchUser;
    if (user.email === email) return changed(user);
    if (!(await setEmail(transaction, userId, email))) return taken(['email']);
    await outbox.append(transaction, userEmailChanged, { userId, changedAt });
    return changed({ ...user, email });
  };

  return {
    find: (userId) => findUser(database, userId),
    replay: (request) => replay(database, request),
    register: (user, request) => answerOnce(request, (transaction) => register(transaction, user)),
    changeEmail: (change, request) => answerOnce(request, (transaction) => changeEmail(transaction, change)),
    removeExpired: (limit) => removeExpired(database, limit),
  };
}
