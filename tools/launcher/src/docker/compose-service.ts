import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand, type CommandOptions, type CommandResult } from '../processes/run-command.ts';
import { startProcess, type RunningProcess } from '../processes/start-process.ts';
import { withLog } from '../processes/with-log.ts';
import type { OnProgress } from '../progress.ts';
import { root } from '../root.ts';
import { exclusively } from './exclusively.ts';

export interface ComposeServiceOptions {
  /** A service of docker-compose.yml. */
  readonly service: string;
  /** The tag it has there. */
  readonly image: string;
  /** Compose's project. @default compose's own choice for the root folder, the one of `docker compose ps` there */
  readonly project?: string | undefined;
  /** With the variables that docker-compose.yml reads. */
  readonly env: Environment;
}

const stopSeconds = '30';

/** One service of docker-compose.yml, by way of `docker compose`. */
export class ComposeService {
  readonly #options: ComposeServiceOptions;

  constructor(options: ComposeServiceOptions) {
    this.#options = options;
  }

  async hasImage(signal?: AbortSignal): Promise<boolean> {
    const { image, env } = this.#options;
    return (await runCommand('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { env, signal })).ok;
  }

  /** Undefined when the image has been pulled, else why it could not be, in a few words. */
  async whyNotPulled(onProgress: OnProgress, signal?: AbortSignal): Promise<string | undefined> {
    const { image, service } = this.#options;
    const what = `${image}, from its registry (once)`;
    onProgress({ state: 'waiting', what });
    const onLine = (line: string): void => onProgress({ state: 'waiting', what, detail: line.trim() });
    const { ok, lines } = await this.#compose(['pull', service], { signal, onLine });
    onProgress({ state: ok ? 'done' : 'failed', what });
    return ok ? undefined : `${image} cannot be pulled: ${lastLine(lines)}`;
  }

  /** Whether a container of it runs and has `containerPort` published as `port` on the loopback address. */
  async isUp(containerPort: number, port: number): Promise<boolean> {
    const running = await this.#compose(['ps', '--status', 'running', '--quiet', this.#options.service]);
    if (!running.ok || !running.lines.some(Boolean)) return false;
    const { lines } = await this.#compose(['port', this.#options.service, `${containerPort}`]);
    return lines.includes(`127.0.0.1:${port}`);
  }

  /** Runs its container for as long as the returned process lives, the container's output appended to `logFile`. */
  async run(logFile: string): Promise<RunningProcess> {
    const { env, service } = this.#options;
    await exclusively(() => this.#must(['up', '--no-start', '--no-deps', '--no-build', service]));
    const args = this.#arguments([
      'up',
      '--no-deps',
      '--no-build',
      '--no-color',
      '--no-log-prefix',
      '--timeout',
      stopSeconds,
      service,
    ]);
    return withLog(logFile, (log) =>
      startProcess({ command: 'docker', args, env, cwd: root, stdio: ['ignore', log, log] }),
    );
  }

  /** Resolves when no container of it runs any more; its data stays. */
  async stop(): Promise<void> {
    await this.#must(['stop', '--timeout', stopSeconds, this.#options.service]);
  }

  /** Signals the program in the container. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#must(['kill', '--signal', signal, this.#options.service]);
  }

  /** Removes everything of the project: containers, network, volumes. Only for a project that is this service's alone. */
  async removeProject(): Promise<void> {
    await this.#must(['down', '--volumes', '--timeout', '5']);
  }

  async #must(args: readonly string[]): Promise<void> {
    const { ok, lines } = await this.#compose(args);
    if (!ok) throw new LaunchError(`docker compose ${args.join(' ')} failed: ${lastLine(lines)}`);
  }

  #compose(args: readonly string[], options: Omit<CommandOptions, 'env'> = {}): Promise<CommandResult> {
    return runCommand('docker', this.#arguments(args), { ...options, env: this.#options.env, cwd: root });
  }

  #arguments(args: readonly string[]): readonly string[] {
    const { project } = this.#options;
    const chosen = project === undefined ? [] : ['--project-name', project];
    return ['compose', '--file', join(root, 'docker-compose.yml'), '--ansi', 'never', ...chosen, ...args];
  }
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast(Boolean)?.trim() ?? 'no output';
}
