import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { until } from '../until.ts';
import type { GuideStep, RunStep, WriteStep } from './parse-guide.ts';
import { missingFrom } from './prints.ts';
import { Terminal } from './terminal.ts';

export interface GuideRunOptions {
  /** Where the reader is. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told of each step before it begins. */
  readonly onStep?: (step: GuideStep) => void;
}

/** A reader who does what a guide says, and nothing else. */
export class GuideRun {
  readonly #options: GuideRunOptions;
  readonly #terminals = new Set<Terminal>();
  #stopped = false;

  constructor(options: GuideRunOptions) {
    this.#options = options;
  }

  /** Takes the steps in order. Rejects with the first that does not do what the guide shows; call {@link stop} all the same. */
  async follow(steps: readonly GuideStep[]): Promise<void> {
    for (const step of steps) {
      this.#options.onStep?.(step);
      await (step.kind === 'write' ? this.#write(step) : this.#run(step));
    }
  }

  /** Ctrl-C in every terminal where something is still running; nothing is run after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#terminals].map((terminal) => terminal.stop()));
  }

  async #write({ file, text }: WriteStep): Promise<void> {
    const path = join(this.#options.folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  async #run(step: RunStep): Promise<void> {
    if (step.how === 'stays-up') return this.#keepUp(step);
    if (step.how === 'once') return this.#check(step, await this.#runToEnd(step));
    await until(
      `line ${step.line} to print what is shown; this is missing`,
      async () => missingFrom(await this.#runToEnd(step), step.shows) ?? null,
      (missing) => missing === null,
    );
  }

  async #keepUp(step: RunStep): Promise<void> {
    const terminal = this.#open(step);
    const seen = () => ({
      ended: terminal.ended,
      missing: missingFrom(terminal.output, step.shows),
      printed: terminal.output.trimEnd().split('\n').at(-1),
    });
    await until(`line ${step.line} to be up`, seen, ({ ended, missing }) => ended || missing === undefined);
    if (terminal.ended) throw failed(step, 'ended', terminal.output);
  }

  async #runToEnd(step: RunStep): Promise<string> {
    const terminal = this.#open(step);
    const exitCode = await terminal.exited;
    this.#terminals.delete(terminal);
    if (exitCode !== 0) throw failed(step, `ended with ${exitCode ?? 'a signal'}`, terminal.output);
    return terminal.output;
  }

  #open({ commands }: RunStep): Terminal {
    if (this.#stopped) throw new Error('the guide is no longer followed');
    const terminal = new Terminal(commands, this.#options);
    this.#terminals.add(terminal);
    return terminal;
  }

  #check(step: RunStep, output: string): void {
    const missing = missingFrom(output, step.shows);
    if (missing !== undefined) throw failed(step, `did not print ${JSON.stringify(missing)}`, output);
  }
}

function failed({ line, commands }: RunStep, how: string, output: string): Error {
  return new Error(`line ${line} ${how}:\n${commands}\n\n${output.slice(-4_000)}`);
}
