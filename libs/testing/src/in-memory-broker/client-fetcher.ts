import type { FetchedPart } from './fetch-answer.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientPositions } from './client-positions.ts';
import type { Connection } from './connection.ts';

/** An answer for one partition, as it is handed over. */
export interface FetchedBatch extends FetchedPart {
  /** Which of the client's requests it answers, counted from 1. */
  readonly request: number;
}

export interface FetcherPorts {
  readonly connection: Connection;
  readonly positions: ClientPositions;
  /** The number of a request about to be sent. */
  readonly nextRequest: () => number;
  readonly handOver: (batch: FetchedBatch) => void;
  readonly pause: (ms: number) => Promise<void>;
}

const retryMs = 100;

/** Reads from one broker, one request at a time, whatever the group does meanwhile. */
export class ClientFetcher {
  readonly #node: number;
  readonly #options: ClientOptions;
  readonly #ports: FetcherPorts;
  #wake: (() => void) | undefined;
  #stopped = false;

  constructor(node: number, options: ClientOptions, ports: FetcherPorts) {
    this.#node = node;
    this.#options = options;
    this.#ports = ports;
  }

  /** There may be something to read again. */
  wake(): void {
    this.#wake?.();
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const { positions, nextRequest } = this.#ports;
    while (!this.#stopped) {
      const wanted = positions.wanted(this.#node);
      if (wanted.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      else await this.#fetch(wanted, nextRequest());
    }
  }

  async #fetch(wanted: ReturnType<ClientPositions['wanted']>, request: number): Promise<void> {
    const { broker, maxRecords, maxRecordsPerPartition, maxWaitMs } = this.#options;
    const limits = { maxRecords, maxRecordsPerPartition, maxWaitMs };
    const answer = await this.#ports.connection.request<readonly FetchedPart[]>('fetch', (reply) =>
      broker.fetch({ positions: wanted, ...limits }, reply),
    );
    if (answer.error) await this.#ports.pause(retryMs);
    else await this.#handOver(answer.value, request);
  }

  /** What is paused when the answer arrives is read again later; what is paused after that is handed over. */
  async #handOver(parts: readonly FetchedPart[], request: number): Promise<void> {
    const { positions, handOver } = this.#ports;
    const inHand = parts.filter((part) => !positions.paused(part));
    for (const part of inHand) {
      if (this.#stopped) return;
      handOver({ ...part, request });
      if (!part.error) positions.move(part, part.coveredTo);
      await Promise.resolve();
    }
  }
}
