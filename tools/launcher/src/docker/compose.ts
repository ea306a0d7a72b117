import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand, type CommandOptions, type CommandResult } from '../processes/run-command.ts';
import { root } from '../root.ts';

export interface ComposeOptions {
  readonly project: string;
  /** Files that change docker-compose.yml, from the root folder. @default none */
  readonly overrides?: readonly string[];
  /** With the variables that these files read. */
  readonly env: Environment;
}

/** How one command is run. */
export type ComposeCommandOptions = Omit<CommandOptions, 'env' | 'cwd'>;

/** `docker compose` on docker-compose.yml, for one project. */
export class Compose {
  readonly project: string;
  readonly env: Environment;
  readonly #options: readonly string[];

  constructor({ project, overrides = [], env }: ComposeOptions) {
    this.project = project;
    this.env = env;
    const files = ['docker-compose.yml', ...overrides].flatMap((file) => ['--file', join(root, file)]);
    this.#options = ['compose', ...files, '--ansi', 'never', '--project-name', project];
  }

  /** What `docker` is called with for a command of compose. */
  arguments(args: readonly string[]): readonly string[] {
    return [...this.#options, ...args];
  }

  /** Runs a command of compose to its end; failing is a result. */
  run(args: readonly string[], options: ComposeCommandOptions = {}): Promise<CommandResult> {
    return runCommand('docker', this.arguments(args), { ...options, env: this.env, cwd: root });
  }

  /** The same, but rejects with a LaunchError when it fails; resolves with its standard output. */
  async must(args: readonly string[], options: ComposeCommandOptions = {}): Promise<string> {
    const { ok, lines, output } = await this.run(args, options);
    if (!ok)
      throw new LaunchError(
        `docker compose ${args.join(' ')} failed: ${lines.findLast(Boolean)?.trim() ?? 'no output'}`,
      );
    return output;
  }
}
