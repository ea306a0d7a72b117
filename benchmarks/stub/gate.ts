import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { AnswerWheel } from './answer-wheel.ts';
import { CallCheck } from './call-check.ts';
import { type CallId, readCallId } from './call-id.ts';
import type { Behaviour, GateFacts, KeyAndCertificate, Trouble } from './gate-facts.ts';
import { machineMs } from '../support/machine-ms.ts';
import { drawMs } from './latency.ts';
import { RequestReader } from './request-reader.ts';

const body = '{"ok":true}';
const json = `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const answer = Buffer.from(`HTTP/1.1 200 OK\r\n${json}`);
const refusal = Buffer.from('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
const failed = (status: number) => `HTTP/1.1 ${status} Told to fail\r\n${json}`;
/** Held calls are let go after this, so that nobody's own time limit is met. */
const heldMs = 60_000;
/** Of connecting, in round trips, before the first request can be sent. */
const connectTrips = { plain: 1, tls: 2 };

interface Call extends CallId {
  readonly socket: Socket;
  /** Set where it has no effect: what it is answered, and whether its order is looked at. */
  readonly failure?: { readonly status: number; readonly checked: boolean };
}

/** One port of the stub: an API that answers each call after a while, and watches what is called. */
export class Gate {
  readonly #check = new CallCheck();
  readonly #wheel = new AnswerWheel<Call>((call) => this.#answer(call));
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #connectTrips: number;
  #behaviour: Behaviour;
  #held: Call[] = [];
  #heldTimer: NodeJS.Timeout | undefined;
  /** When each key was first called, by the clock of all processes, where that is to be remembered. */
  readonly #arrivals: number[] = [];
  #refused = 0;
  #troubled = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(behaviour: Behaviour, certificate?: KeyAndCertificate) {
    this.#behaviour = behaviour;
    this.#connectTrips = certificate ? connectTrips.tls : connectTrips.plain;
    const connected = (socket: Socket) => this.#connected(socket);
    const options = { noDelay: true, ...certificate };
    this.#server = certificate ? createTlsServer(options, connected) : createServer(options, connected);
  }

  /** Resolves with the port, on the loopback address. */
  async listen(): Promise<number> {
    this.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#heldTimer);
    this.#timer = undefined;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What was held is answered as if it had come just now, unless it is to be held again. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#check.forgetPeak();
    this.#letGo();
  }

  facts(): GateFacts {
    return { ...this.#check.counts(), refused: this.#refused, troubled: this.#troubled, atMs: performance.now() };
  }

  /** By key, of those keys that were called. */
  arrivals(): readonly (number | null)[] {
    return Array.from(this.#arrivals, (arrival) => arrival ?? null);
  }

  #connected(socket: Socket): void {
    let trips = this.#connectTrips;
    const reader = new RequestReader((idempotencyKey) => {
      this.#called(socket, idempotencyKey, trips);
      trips = 0;
    });
    this.#sockets.add(socket);
    socket.on('data', (chunk) => reader.read(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #called(socket: Socket, idempotencyKey: string, connectTripsAgo: number): void {
    const id = readCallId(idempotencyKey);
    if (!id) {
      this.#refused += 1;
      socket.end(refusal);
      return;
    }
    const { remembers, keys = 0, trouble } = this.#behaviour;
    if (remembers) this.#arrivals[id.sequence * keys + id.key] ??= machineMs();
    const call = { socket, key: id.key, sequence: id.sequence };
    if (!trouble || !this.#meets(call, trouble)) {
      this.#check.started(call, this.#behaviour);
      this.#await(call, connectTripsAgo);
    }
  }

  /** Whether the call has trouble, which is what it gets then. */
  #meets(call: Call, { status = 503, failing = 0, hanging = 0, failingKeys = 0 }: Trouble): boolean {
    const drawn = Math.random();
    const isOfFailingKey = call.key < failingKeys;
    if (!isOfFailingKey && drawn >= failing + hanging) return false;
    this.#troubled += 1;
    if (!isOfFailingKey) this.#check.started(call, this.#behaviour);
    if (isOfFailingKey || drawn < failing) this.#await({ ...call, failure: { status, checked: !isOfFailingKey } });
    else call.socket.once('close', () => this.#check.failed(call));
    return true;
  }

  /** The effect comes with the end of the wait, whether or not the caller is still there. */
  #await(call: Call, connectTripsAgo = 0): void {
    const { latency, held, stuckKey } = this.#behaviour;
    if (held || call.key === stuckKey) return this.#hold(call);
    const nowMs = performance.now();
    this.#wheel.advance(nowMs);
    this.#wheel.add(call, nowMs, drawMs(latency, Math.random) + (1 + connectTripsAgo) * latency.roundTrip);
    this.#timer ??= setTimeout(this.#tick, 1);
  }

  #hold(call: Call): void {
    this.#held.push(call);
    if (this.#behaviour.held) this.#heldTimer ??= setTimeout(() => this.#letGo(), heldMs);
  }

  #letGo(): void {
    clearTimeout(this.#heldTimer);
    this.#heldTimer = undefined;
    const held = this.#held;
    this.#held = [];
    const nowMs = performance.now();
    for (const call of held) {
      if (call.key === this.#behaviour.stuckKey) this.#held.push(call);
      else this.#wheel.add(call, nowMs, drawMs(this.#behaviour.latency, Math.random));
    }
    if (this.#wheel.size > 0) this.#timer ??= setTimeout(this.#tick, 1);
  }

  readonly #tick = (): void => {
    this.#wheel.advance(performance.now());
    this.#timer = this.#wheel.size > 0 ? setTimeout(this.#tick, 1) : undefined;
  };

  #answer(call: Call): void {
    const { failure, socket } = call;
    if (!failure) this.#check.ended(call);
    else if (failure.checked) this.#check.failed(call);
    if (socket.writable) socket.write(failure ? failed(failure.status) : answer);
  }
}
