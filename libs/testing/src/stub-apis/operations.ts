import { json, problems } from '@millrace/http-server';
import { z } from 'zod';
import { itemResult, trackedEvents } from './batch-call.ts';
import { callHeaders, email, trackedEvent } from './call.ts';
import { faultInForce, faultSchema } from './fault.ts';

const api = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is 1 to 64 letters, digits, dots and dashes');
const params = z.object({ api });
const tags = ['control'];
const count = z.int().min(0);

const stats = z.object({
  calls: count,
  effects: count,
  replays: count.describe('Calls answered from what was kept for their idempotency key.'),
  failures: count.describe('Calls answered with the status of a fault.'),
  rejections: count.describe('Calls refused for what they are.'),
  inFlight: count.describe('Calls that have no answer yet.'),
  peakInFlight: count,
  orderViolations: count.describe(
    'Effects whose order sequence was not greater than the one before, of the same order key.',
  ),
  overlaps: count.describe('Calls that came while another with the same order key had no answer.'),
});

const effect = z.object({
  idempotencyKey: z.string().nullable(),
  orderKey: z.string().nullable(),
  orderSequence: count.nullable(),
  at: z.iso.datetime().describe('Just before the answer.'),
  path: z.string(),
  body: z.unknown(),
});

/** `PUT /faults/:api` */
export const setFault = {
  operationId: 'setFault',
  summary: 'Make an API fail, be slow, hang, or refuse connections',
  description:
    'Holds for the calls that arrive from then on, until it is set anew or the service is started again. Who sends made-up ' +
    'requests gives it an API that nothing else calls, as schemathesis.toml does.',
  tags,
  params,
  body: faultSchema,
  response: {
    200: json('The fault is in force.', faultInForce, { links: { getFault: { api: '$request.path.api' } } }),
  },
};

/** `GET /faults/:api` */
export const getFault = {
  operationId: 'getFault',
  summary: 'How an API misbehaves',
  tags,
  params,
  response: { 200: json('The fault in force; that of an API that is well has a `failureRate` of 0.', faultInForce) },
};

/** `DELETE /faults/:api` */
export const clearFault = {
  operationId: 'clearFault',
  summary: 'Make an API well again',
  tags,
  params,
  response: { 204: { description: 'It is.' } },
};

/** `GET /stats` */
export const getStats = {
  operationId: 'getStats',
  summary: 'What every API has seen',
  tags,
  response: { 200: json('Counts by API, since the last reset.', z.record(z.string(), stats)) },
};

/** `DELETE /stats` */
export const reset = {
  operationId: 'reset',
  summary: 'Forget counts, effects and kept results of every API',
  tags,
  response: { 204: { description: 'They are forgotten; faults stay.' } },
};

/** `GET /effects/:api` */
export const listEffects = {
  operationId: 'listEffects',
  summary: 'What an API did',
  tags,
  params,
  querystring: z.object({ orderKey: z.string().optional().describe('Only what was done for this order key.') }),
  response: { 200: json('In the order in which it was done.', z.object({ effects: z.array(effect) })) },
};

const accepted = z.object({ id: z.string(), status: z.literal('accepted') });
const links = { listEffects: { api: '$request.path.api' } };
const replayed = { 'Idempotency-Replayed': z.enum(['true']).describe('There where it was done before.') };

const call = {
  tags: ['calls'],
  headers: callHeaders,
  response: {
    200: json('Done, once for each idempotency key.', accepted, { headers: replayed, links }),
    ...problems({
      422: 'The idempotency key was used for another path or body before.',
      503: 'The service is stopping, or the API was told to fail.',
    }),
    '3XX': { description: 'The API was told to answer so.' },
    '4XX': { description: 'The API was told to answer so.' },
    '5XX': { description: 'The API was told to answer so.' },
  },
};

/** `POST /apis/:api/emails/send` */
export const sendEmail = {
  ...call,
  operationId: 'sendEmail',
  summary: 'Pretend to send an e-mail',
  params,
  body: email,
};

/** `POST /apis/:api/events/track` */
export const trackEvent = {
  ...call,
  operationId: 'trackEvent',
  summary: 'Pretend to track an event',
  params,
  body: trackedEvent,
};

/** `POST /apis/:api/events/batch` */
export const trackEvents = {
  ...call,
  operationId: 'trackEvents',
  summary: 'Pretend to track many events in one call',
  description:
    'Each event takes effect by itself, once for its own idempotency key; that of the call means nothing here.',
  params,
  body: trackedEvents,
  response: {
    ...call.response,
    200: json('All are done.', z.object({ status: z.literal('accepted'), count }), { links }),
    207: json('Some are not done.', z.object({ results: z.array(itemResult) }), { links }),
  },
};

/** `POST /apis/:api/*` */
export const callApi = {
  ...call,
  operationId: 'callApi',
  summary: 'Pretend to do anything else',
  params: params.extend({ '*': z.string() }),
  body: z.unknown(),
};
