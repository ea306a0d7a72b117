// One subject's process: makes calls in loops, warms up, prints what a call cost, and ends.
import { eventId } from '../stub/call-id.ts';
import type { Cost } from './measure-client.ts';
import { subjects } from './subjects.ts';

const { CLIENT_SUBJECT: subject = '', CLIENT_URL: url = '', CLIENT_CONCURRENCY: concurrency } = process.env;
// Counted in calls, not in time: what a busy machine does to the one it does to the other.
const warmUpCalls = 20_000;
const measuredCalls = 30_000;

const createSubject = subjects[subject];
if (!createSubject) throw new Error(`no subject is called ${subject}`);
const call = createSubject(new URL(url), Number(concurrency));
const warm = Promise.withResolvers<void>();
const done = Promise.withResolvers<void>();

let calls = 0;
const loop = async () => {
  for (;;) {
    await call(eventId({ key: calls, sequence: 0 }));
    calls++;
    if (calls === warmUpCalls) warm.resolve();
    if (calls === warmUpCalls + measuredCalls) done.resolve();
  }
};
const failed = Promise.all(Array.from({ length: Number(concurrency) }, loop));
await Promise.race([warm.promise, failed]);
const before = { cpu: process.cpuUsage(), at: performance.now() };
await Promise.race([done.promise, failed]);
const { user, system } = process.cpuUsage(before.cpu);
const cost: Cost = {
  cpuUs: (user + system) / measuredCalls,
  perSecond: (measuredCalls * 1_000) / (performance.now() - before.at),
  rssMb: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(cost));
process.exit();
