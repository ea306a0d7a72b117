import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { machineMs } from '../machine-ms.ts';
import type { FromMember, MemberSpec } from '../member/member-protocol.ts';

const program = fileURLToPath(new URL('../member/member-main.ts', import.meta.url));
const mostStderr = 20_000;

/** How a process ended. */
export interface MemberEnd {
  /** When it was asked to, or was found to have ended; undefined where its own last words tell. */
  readonly atMs: number | undefined;
  readonly how: 'killed' | 'stopped' | 'by itself';
}

/** A time during which a process stood still. */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One life of one process with a consumer in it. */
export class Member {
  readonly spec: MemberSpec;
  readonly stalls: Stall[] = [];
  /** Resolves when it has begun to call, or has ended. */
  readonly calls: Promise<void>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #begun: Promise<void>;
  #end: MemberEnd | undefined;
  #asked: MemberEnd | undefined;
  #stderr = '';

  constructor(spec: MemberSpec) {
    this.spec = spec;
    this.#child = fork(program, [JSON.stringify(spec)], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-mostStderr);
    });
    const begun = Promise.withResolvers<void>();
    const calls = Promise.withResolvers<void>();
    this.calls = calls.promise;
    this.#begun = begun.promise;
    this.#child.on('message', (message: FromMember) => (message === 'begun' ? begun : calls).resolve());
    this.gone = once(this.#child, 'exit').then(([code, signal]) => {
      this.#end = this.#endOf(code as number | null, signal as NodeJS.Signals | null);
      begun.resolve();
      calls.resolve();
    });
  }

  get name(): string {
    return this.spec.name;
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /** Undefined while it lives. */
  get end(): MemberEnd | undefined {
    return this.#end;
  }

  /** Its log from `warn` on, the last of it. */
  get stderr(): string {
    return this.#stderr;
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#asked ??= { atMs: machineMs(), how: 'killed' };
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  /** SIGTERM, once it has begun; resolves when it is gone. */
  async stop(): Promise<void> {
    await this.#begun;
    this.#asked ??= { atMs: machineMs(), how: 'stopped' };
    this.#child.kill('SIGTERM');
    await this.gone;
  }

  freeze(): () => void {
    const fromMs = machineMs();
    this.#child.kill('SIGSTOP');
    return () => {
      this.stalls.push({ fromMs, toMs: machineMs() });
      this.#child.kill('SIGCONT');
    };
  }

  /** A process that was to die at a point has done so; one that has stopped was asked to, and came to the end of it. */
  #endOf(code: number | null, signal: NodeJS.Signals | null): MemberEnd {
    if (signal === 'SIGKILL')
      return { atMs: this.#asked?.how === 'killed' ? this.#asked.atMs : undefined, how: 'killed' };
    if (code === 0 && this.#asked) return { ...this.#asked, how: 'stopped' };
    return { atMs: machineMs(), how: 'by itself' };
  }
}
