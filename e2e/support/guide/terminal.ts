import { type ChildProcess, spawn } from 'node:child_process';

export interface TerminalOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** How long everything in it may take to stop after Ctrl-C; then it is killed. @default 30_000 */
  readonly stopLimitMs?: number;
}

/** One terminal of a reader: bash with some commands, and everything that comes of them in one process group. */
export class Terminal {
  /** Resolves with bash's exit code, null when a signal ended it, 127 where there is no bash, once nobody writes to the terminal any more. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #stopLimitMs: number;
  #output = '';
  #closed = false;

  constructor(commands: string, { folder, env, stopLimitMs = 30_000 }: TerminalOptions) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn('bash', ['-ec', commands], { cwd: folder, env, stdio: [...stdio], detached: true });
    this.#stopLimitMs = stopLimitMs;
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.exited = new Promise((resolve) => {
      const close = (exitCode: number | null) => {
        this.#closed = true;
        resolve(exitCode);
      };
      this.#child.once('close', close);
      this.#child.once('error', (error) => {
        this.#output += error.message;
        close(127);
      });
    });
  }

  /** Both outputs so far. */
  get output(): string {
    return this.#output;
  }

  /** Whether the commands have come to their end. */
  get ended(): boolean {
    return this.#closed || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    this.#signal('SIGINT');
    const limit = setTimeout(() => this.#signal('SIGKILL'), this.#stopLimitMs);
    await this.exited;
    clearTimeout(limit);
  }

  /** To the whole group, which may outlive its bash. */
  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#closed) return;
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
