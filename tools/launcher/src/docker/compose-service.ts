import type { Environment } from '../environment.ts';
import { runCommand } from '../processes/run-command.ts';
import { startProcess, type RunningProcess } from '../processes/start-process.ts';
import { withLog } from '../processes/with-log.ts';
import type { OnProgress } from '../progress.ts';
import { root } from '../root.ts';
import { Compose } from './compose.ts';
import { exclusively } from './exclusively.ts';

export interface ComposeServiceOptions {
  /** A service of docker-compose.yml. */
  readonly service: string;
  /** The tag it has there. */
  readonly image: string;
  /** Compose's project, which is this service's alone. */
  readonly project: string;
  /** With the variables that the two files read. */
  readonly env: Environment;
}

const stopSeconds = '30';

/** One service of docker-compose.yml, within reach of the machine by docker-compose.host.yml. */
export class ComposeService {
  readonly #options: ComposeServiceOptions;
  readonly #compose: Compose;

  constructor(options: ComposeServiceOptions) {
    this.#options = options;
    const { project, env } = options;
    this.#compose = new Compose({ project, env, overrides: ['tools/launcher/docker-compose.host.yml'] });
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
    const { ok, lines } = await this.#compose.run(['pull', service], { signal, onLine });
    onProgress({ state: ok ? 'done' : 'failed', what });
    return ok ? undefined : `${image} cannot be pulled: ${lines.findLast(Boolean)?.trim() ?? 'no output'}`;
  }

  /** Whether a container of it runs and has `containerPort` published as `port` on the loopback address. */
  async isUp(containerPort: number, port: number): Promise<boolean> {
    const running = await this.#compose.run(['ps', '--status', 'running', '--quiet', this.#options.service]);
    if (!running.ok || !running.lines.some(Boolean)) return false;
    const { lines } = await this.#compose.run(['port', this.#options.service, `${containerPort}`]);
    return lines.includes(`127.0.0.1:${port}`);
  }

  /** Runs its container for as long as the returned process lives, the container's output appended to `logFile`. */
  async run(logFile: string): Promise<RunningProcess> {
    const { env, service } = this.#options;
    await exclusively(() => this.#compose.must(['up', '--no-start', '--no-deps', '--no-build', service]));
    const args = this.#compose.arguments([
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
    await this.#compose.must(['stop', '--timeout', stopSeconds, this.#options.service]);
  }

  /** Signals the program in the container. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#compose.must(['kill', '--signal', signal, this.#options.service]);
  }

  /** Removes everything of the project: containers, networks, volumes. */
  async removeProject(): Promise<void> {
    await this.#compose.must(['down', '--volumes', '--timeout', '5']);
  }
}
