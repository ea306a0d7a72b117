import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SourceState, Told, Wish, WorldMember } from '@millrace/testing/record-source-suite';
import type { Asked, FromMember, MemberSpec, ToMember } from './member-protocol.ts';

const program = fileURLToPath(new URL('./member-process.ts', import.meta.url));

/** Starts a member in a process of its own; resolves when it has begun. Whoever starts it ends it, by {@link SpawnedMember.crash}. */
export async function spawnMember(spec: MemberSpec): Promise<SpawnedMember> {
  const child = fork(program, [JSON.stringify(spec)], { execArgv: [], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const member = new SpawnedMember(spec, child);
  await member.begun;
  return member;
}

export class SpawnedMember implements WorldMember {
  readonly name: string;
  readonly group: string;
  readonly told: Told[] = [];
  /** What it logged at `info` and above. */
  readonly logged: string[] = [];
  /** What it wrote on stderr, where nothing belongs. */
  stderr = '';
  readonly begun: Promise<void>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #asked = new Map<number, (answer: unknown) => void>();
  #asks = 0;
  #wake: NodeJS.Timeout | undefined;

  constructor({ name, group }: MemberSpec, child: ChildProcess) {
    this.name = name;
    this.group = group;
    this.#child = child;
    this.#exited = once(child, 'exit');
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.begun = promise;
    child.on('message', (message: FromMember) => this.#hear(message, resolve));
    void this.#exited.then(() => reject(new Error(`member ${name} has ended: ${this.stderr}`)));
    promise.catch(() => undefined);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  perform(wish: Wish): Promise<string> {
    return this.#ask(wish) as Promise<string>;
  }

  state(): Promise<SourceState> {
    return this.#ask('state') as Promise<SourceState>;
  }

  async stop(): Promise<void> {
    await this.#ask('stop');
  }

  async crash(): Promise<void> {
    clearTimeout(this.#wake);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async standStill(ms: number): Promise<void> {
    this.#child.kill('SIGSTOP');
    this.#wake = setTimeout(() => this.#child.kill('SIGCONT'), ms);
  }

  /** Sends SIGTERM, and resolves when it has ended. */
  async terminate(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  #hear(message: FromMember, begun: () => void): void {
    if ('told' in message) this.told.push(message.told);
    else if ('logged' in message) this.logged.push(message.logged);
    else if ('begun' in message) begun();
    else this.#asked.get(message.id)?.(message.answer);
  }

  /** Never answered by one that has ended. */
  #ask(ask: Asked): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const id = ++this.#asks;
    this.#asked.set(id, resolve);
    this.#child.send({ id, ask } satisfies ToMember);
    return promise;
  }
}
