import { randomUUID } from 'node:crypto';

/** A registration that was answered 201. */
export interface Registration {
  readonly userId: string;
  /** Ms since 1970. */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

/** Registers one new user, without a second attempt; rejects unless it is answered 201. */
export async function register(gateway: string): Promise<Registration> {
  const name = randomUUID().slice(0, 18);
  const sentAtMs = Date.now();
  const startedAt = performance.now();
  const response = await fetch(`${gateway}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, email: `${name}@example.test`, password: randomUUID() }),
  });
  const body: unknown = await response.json();
  const tookMs = performance.now() - startedAt;
  if (response.status !== 201) throw new Error(`POST /register answered ${response.status}: ${JSON.stringify(body)}`);
  return { userId: (body as { userId: string }).userId, sentAtMs, tookMs };
}

/** Registers `count` users, always `atOnce` at a time. */
export async function registerMany(
  gateway: string,
  { count, atOnce }: { readonly count: number; readonly atOnce: number },
): Promise<readonly Registration[]> {
  const turns = Array.from({ length: count }).values();
  const done: Registration[] = [];
  const lane = async () => {
    for (const _turn of turns) done.push(await register(gateway));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}
