import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A call as the API has got it. */
export interface RecordedCall {
  readonly idempotencyKey: string;
  readonly orderKey: string;
  readonly sequence: number;
}

/** An API that writes down its calls, and whether two of a key were underway at once. */
export class RecordingApi {
  readonly calls: RecordedCall[] = [];
  readonly overlaps: string[] = [];
  answer: (call: RecordedCall) => number = () => 200;
  latencyMs = 0;
  readonly #underway = new Set<string>();
  readonly #server = createServer((request, response) => {
    const header = (name: string) => request.headers[name]?.toString() ?? '';
    const call = {
      idempotencyKey: header('idempotency-key'),
      orderKey: header('order-key'),
      sequence: Number(header('order-sequence')),
    };
    request.resume();
    request.on('end', () => void this.#handle(call, response));
  });

  /** Resolves to its URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Sequences by key, in the order of the calls. */
  get sequences(): ReadonlyMap<string, readonly number[]> {
    const byKey = Map.groupBy(this.calls, ({ orderKey }) => orderKey);
    return new Map([...byKey].map(([key, calls]) => [key, calls.map(({ sequence }) => sequence)]));
  }

  async #handle(call: RecordedCall, response: ServerResponse): Promise<void> {
    this.calls.push(call);
    if (this.#underway.has(call.orderKey)) this.overlaps.push(call.orderKey);
    this.#underway.add(call.orderKey);
    if (this.latencyMs > 0) await delay(this.latencyMs);
    this.#underway.delete(call.orderKey);
    response.writeHead(this.answer(call)).end();
  }
}
