import type { RunningProcess } from '../processes/start-process.ts';
import type { JaegerAddress } from './jaeger-address.ts';
import type { JaegerSource } from './jaeger-source.ts';
import { jaegerReady } from './jaeger-process.ts';
import type { Jaeger } from './jaeger.ts';

/** A Jaeger of ours at a settled address. `coming` until `bring` has succeeded or `giveUp` was called. */
export class JaegerLife implements Jaeger {
  readonly otlpEndpoint: string;
  readonly url: string;
  readonly #address: JaegerAddress;
  readonly #logFile: string;
  readonly #over = new AbortController();
  #state: Jaeger['state'] = 'coming';
  #pathOfTrace = '';
  #bringing: Promise<void> = Promise.resolve();
  #running: RunningProcess | undefined;
  #source: JaegerSource | undefined;

  constructor(address: JaegerAddress, logFile: string) {
    this.#address = address;
    this.#logFile = logFile;
    this.url = `http://127.0.0.1:${address.queryPort}`;
    this.otlpEndpoint = `http://127.0.0.1:${address.otlpPort}`;
  }

  get state(): Jaeger['state'] {
    return this.#state;
  }

  /** Aborted by `close`. */
  get closing(): AbortSignal {
    return this.#over.signal;
  }

  traceUrl(traceId: string): string | undefined {
    return this.#state === 'ready' ? `${this.url}${this.#pathOfTrace}/${traceId}` : undefined;
  }

  /** Runs what `source` resolves with; resolves when it answers. `close` ends it at any point. */
  async bring(source: Promise<JaegerSource>): Promise<void> {
    this.#bringing = this.#bring(source);
    await this.#bringing;
  }

  giveUp(): void {
    this.#state = 'absent';
  }

  async close(): Promise<void> {
    this.#over.abort(new Error('Jaeger is not wanted any more'));
    await this.#bringing.catch(() => undefined);
    const running = this.#running;
    this.#running = undefined;
    await running?.end(10_000);
    await this.#source?.clear();
    this.#source = undefined;
    this.#state = 'absent';
  }

  async #bring(coming: Promise<JaegerSource>): Promise<void> {
    const source = await coming;
    this.closing.throwIfAborted();
    this.#source = source;
    this.#running = await source.run();
    await jaegerReady(this.#running, this.#address, this.#logFile, this.closing);
    this.#pathOfTrace = (await hasPage(this.url)) ? '/trace' : '/api/traces';
    this.#state = 'ready';
  }
}

/** A Jaeger built without its page shows a placeholder there; its query API is the place to look then. */
async function hasPage(url: string): Promise<boolean> {
  const page = await fetch(url).then(
    (response) => response.text(),
    () => '',
  );
  return page !== '' && !page.includes('not the Jaeger UI');
}
