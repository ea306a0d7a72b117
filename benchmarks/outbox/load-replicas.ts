import { type Attempt, type Load, registerSteadily } from '@millrace/testing/registrations';
import { Agent, request } from 'undici';
import type { Replicas } from './replicas.ts';

export interface LoadOptions {
  readonly replicas: Replicas;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Registers at a steady pace; each request is repeated at another replica until it is answered. Rejects where one is refused. */
export async function loadReplicas({ replicas, perSecond, seconds }: LoadOptions): Promise<Load> {
  const agent = new Agent({ connections: 100, headersTimeout: 5_000, bodyTimeout: 5_000, connectTimeout: 2_000 });
  const attempt = attemptAt(agent, () => replicas.next());
  const until = AbortSignal.timeout(seconds * 1_000);
  const load = await registerSteadily({ attempt, registerPath: '/users', perSecond, until });
  await agent.close();
  const [refusal] = load.refused;
  if (refusal !== undefined) throw new Error(refusal);
  return load;
}

function attemptAt(agent: Agent, next: () => string): Attempt {
  return async ({ method, path, body, idempotencyKey }) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    try {
      const answer = await request(`${next()}${path}`, {
        method,
        headers,
        body: JSON.stringify(body),
        dispatcher: agent,
      });
      const retryAfter = answer.headers['retry-after'] !== undefined;
      return { status: answer.statusCode, body: await answer.body.json(), retryAfter };
    } catch {
      return undefined;
    }
  };
}
