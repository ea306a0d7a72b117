import { type PostgresStatements, sqlStateOf } from '@millrace/postgres';
import type { UniqueField } from './answer.ts';
import type { NewUser, User } from './user.ts';
import { usernameKey } from './username-key.ts';

const columns = 'user_id AS "userId", username, email, registered_at AS "registeredAt"';
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const uniqueViolation = '23505';

export async function findUser(database: PostgresStatements, userId: string): Promise<User | undefined> {
  return selectUser(database, userId, '');
}

/** Nobody else changes the user, or appends an event of theirs, before the transaction is over. */
export async function lockUser(transaction: PostgresStatements, userId: string): Promise<User | undefined> {
  return selectUser(transaction, userId, 'FOR UPDATE');
}

async function selectUser(database: PostgresStatements, userId: string, lock: string): Promise<User | undefined> {
  if (!uuid.test(userId)) return undefined;
  return (await database.query<User>(`SELECT ${columns} FROM users WHERE user_id = $1 ${lock}`, [userId])).rows[0];
}

/** The fields that others have already; none when the user was stored. */
export async function insertUser(
  transaction: PostgresStatements,
  { userId, username, email, passwordHash, registeredAt }: NewUser,
): Promise<readonly UniqueField[]> {
  const key = usernameKey(username);
  const sql = 'INSERT INTO users VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING';
  const { count } = await transaction.query(sql, [userId, username, key, email, passwordHash, registeredAt]);
  if (count === 1) return [];
  const { rows } = await transaction.query<Record<UniqueField, boolean>>(takenSql, [key, email]);
  return (['username', 'email'] as const).filter((field) => rows[0]?.[field]);
}

const takenSql = `
  SELECT EXISTS (SELECT 1 FROM users WHERE username_key = $1) AS username, EXISTS (SELECT 1 FROM users WHERE email = $2) AS email
`;

/** False where another user has the address; the transaction goes on all the same. */
export async function setEmail(transaction: PostgresStatements, userId: string, email: string): Promise<boolean> {
  await transaction.query('SAVEPOINT before_email');
  try {
    await transaction.query('UPDATE users SET email = $1 WHERE user_id = $2', [email, userId]);
    return true;
  } catch (error) {
    if (sqlStateOf(error) !== uniqueViolation) throw error;
    await transaction.query('ROLLBACK TO SAVEPOINT before_email');
    return false;
  }
}
