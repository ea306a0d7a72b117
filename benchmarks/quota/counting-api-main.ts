// An API that takes so many calls in any second, counted as they arrive, and answers 429, without a word, to the others.
// Writes its URL and its control port's as a line of JSON, and lives until SIGTERM.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setPriority } from 'node:os';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { machineMs } from '../support/machine-ms.ts';
import type { Arrival, Sent } from './arrival.ts';

// It stands for an API on a machine of its own, which the instances do not keep from counting.
try {
  setPriority(-15);
} catch {
  // Only root may; then what it counts is later than it was.
}

const [leastMs, mostMs] = [20, 80];
const arrivals: Arrival[] = [];
const taken: number[] = [];
let [takes, firstInSecond] = [Infinity, 0];

const url = await listen((request, response) => {
  const atMs = machineMs();
  const refused = !isTaken(atMs);
  void keep(request, atMs, refused)
    .then(() => delay(leastMs + (mostMs - leastMs) * Math.random()))
    .then(() => response.writeHead(refused ? 429 : 200).end());
});

/** `PUT /takes` with a number; `GET /arrivals` of all calls until now. */
const controlUrl = await listen((request, response) => {
  if (request.method === 'GET') return response.end(JSON.stringify(arrivals));
  return void json(request).then((asked) => {
    takes = asked as number;
    response.end();
  });
});

console.log(JSON.stringify({ url, controlUrl }));
process.once('SIGTERM', () => process.exit());

function isTaken(atMs: number): boolean {
  while ((taken[firstInSecond] ?? Infinity) <= atMs - 1_000) firstInSecond++;
  if (taken.length - firstInSecond >= takes) return false;
  taken.push(atMs);
  return true;
}

async function keep(request: IncomingMessage, atMs: number, refused: boolean): Promise<void> {
  const sent = (await json(request)) as Sent;
  arrivals.push({ ...sent, atMs, refused });
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
