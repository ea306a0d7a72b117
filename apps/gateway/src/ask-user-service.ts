import type { HttpAnswer, HttpRequest, HttpTarget } from '@millrace/http-client';
import { type ErrorCode, ServiceError } from '@millrace/messaging';
import { Problem } from '@millrace/http-server';
import { z } from 'zod';

const stored = z.object({ userId: z.uuid() });

const refusal = z.object({
  title: z.string().optional(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** What clients are told to wait where user-service says nothing: a restart takes about as long. */
const retryAfterSeconds = '1';

/**
 * Has user-service store something, and returns the id of the user. One try: a request without idempotency key must not be
 * sent twice, and with one the client can repeat it. Throws the problem to answer with: user-service's own for a 4xx, 503
 * when it cannot be reached or fails, 504 when it is too slow.
 */
export async function askUserService(userService: Pick<HttpTarget, 'send'>, request: HttpRequest): Promise<string> {
  const answer = await userService.send(request).catch((error: unknown) => {
    throw noAnswerProblem(ServiceError.from(error));
  });
  const { status, body } = answer;
  if (status >= 400 && status < 500) throw refusalProblem(answer);
  if (status >= 500) throw unavailable(answer.headers['retry-after']);
  const parsed = stored.safeParse(body);
  if (status >= 200 && status < 300 && parsed.success) return parsed.data.userId;
  throw new Problem({ status: 502, detail: 'The user service answered something that makes no sense.' });
}

function refusalProblem({ status, headers, body }: HttpAnswer): Problem {
  const { data = { detail: 'The user service refused the request.' } } = refusal.safeParse(body);
  const { title, detail, errors } = data;
  const retryAfter = headers['retry-after'];
  return new Problem({
    status,
    detail,
    ...(title !== undefined && { title }),
    ...(errors && { errors }),
    ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }),
  });
}

/** Whether a request that got no answer was carried out is unknown to us, too. */
const advice = 'Repeat the request with the same Idempotency-Key: it is carried out once.';

const problemOfCode: Partial<Record<ErrorCode, (cause: ServiceError) => Problem>> = {
  API_UNREACHABLE: (cause) => unavailable(undefined, cause),
  CALL_ABORTED: (cause) => unavailable(undefined, cause),
  API_TIMEOUT: (cause) =>
    new Problem({ status: 504, detail: `The user service did not answer in time. ${advice}`, cause }),
};

const noAnswerProblem = (error: ServiceError) => problemOfCode[error.code]?.(error) ?? error;

function unavailable(retryAfter = retryAfterSeconds, cause?: ServiceError): Problem {
  const detail = `The user service is not available at the moment. ${advice}`;
  return new Problem({ status: 503, detail, headers: { 'retry-after': retryAfter }, cause });
}
