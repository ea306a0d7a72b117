import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort, standardPorts } from '@millrace/launcher';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Ports that are free, by the variable that moves them. */
export async function freePorts(): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(
    await Promise.all(standardPorts.map(async ({ variable }) => [variable, `${await freePort()}`] as const)),
  );
}

export interface NpmStartOptions {
  readonly dataDir: string;
  readonly ports: Readonly<Record<string, string>>;
  /** After `npm start --`. */
  readonly args?: readonly string[];
  /** The workspace to start. @default this one */
  readonly folder?: string;
}

/** `npm start` as a person runs it in a terminal: a process group of its own, which Ctrl-C reaches as a whole. */
export class NpmStart {
  readonly #child: ChildProcess;
  #output = '';
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;

  constructor({ dataDir, ports, args = [], folder = root }: NpmStartOptions) {
    const env = { ...process.env, KAFKA_BROKERS: undefined, OTEL_EXPORTER_OTLP_ENDPOINT: undefined, ...ports };
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn('npm', ['start', '--', '--data-dir', dataDir, ...args], {
      cwd: folder,
      env,
      stdio: [...stdio],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.exited = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Both outputs so far. */
  get output(): string {
    return this.#output;
  }

  /** The lines of both outputs without empty ones. */
  get lines(): readonly string[] {
    return this.#output.split('\n').filter((line) => line.trim() !== '');
  }

  /** Resolves when it has printed `text`; rejects when it ends before. */
  async untilPrinted(text: string): Promise<void> {
    const seen = () => ({
      printed: this.#output.includes(text),
      ended: this.#ended,
      lines: this.lines.length,
    });
    const { printed } = await until(`npm start to print "${text}"`, seen, (state) => state.printed || state.ended);
    if (!printed) throw new Error(`npm start ended:\n${this.#output}`);
  }

  /** Ctrl-C in its terminal. */
  interrupt(): void {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGINT');
  }

  /** Every process that came of it and is alive now. */
  descendants(): readonly number[] {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    const rows = table.map((line) => line.trim().split(/\s+/).map(Number));
    const below = (parent: number): number[] =>
      rows.filter(([, ppid]) => ppid === parent).flatMap(([pid = 0]) => [pid, ...below(pid)]);
    return this.#child.pid === undefined ? [] : [this.#child.pid, ...below(this.#child.pid)];
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** For the end of a test that failed: what is left is ended, which ends everything else. */
  kill(): void {
    if (!this.#ended && this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
  }
}

/** Which of these processes still run. A process that has ended, and waits for somebody to ask for its exit code, does not. */
export function stillRunning(pids: readonly number[]): readonly string[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  return table.filter((line) => {
    const [pid = '', state = ''] = line.trim().split(/\s+/);
    return pids.includes(Number(pid)) && !state.startsWith('Z');
  });
}
