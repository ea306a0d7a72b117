import { readFileSync } from 'node:fs';
import { Compose, runCommand } from '@millrace/launcher';

/** A request to a service that only containers reach, `http://user-service:8080/metrics`. */
export interface InsideRequest {
  readonly url: string;
  /** @default 'GET' */
  readonly method?: string;
  readonly json?: unknown;
}

export interface InsideAnswer {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

/** What the engine says of one container. */
export interface Container {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: { readonly Memory: number };
  /** `Name` for volumes. */
  readonly Mounts: readonly { readonly Name?: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, object>> };
}

const askSource = readFileSync(new URL('ask.ts', import.meta.url), 'utf8');

/** The deployment that `npm run test:containers` has given a name and ports, and removes in the end. */
export class Deployment {
  readonly compose: Compose;
  readonly gateway: string;
  readonly jaeger: string;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    const { COMPOSE_PROJECT_NAME: project, GATEWAY_PORT, JAEGER_PORT } = env;
    if (!project) throw new Error('These tests are run by npm run test:containers.');
    this.compose = new Compose({ project, env });
    this.gateway = `http://127.0.0.1:${GATEWAY_PORT}`;
    this.jaeger = `http://127.0.0.1:${JAEGER_PORT}`;
  }

  /** Runs `docker` itself; resolves with its standard output, rejects when it fails. */
  async docker(...args: readonly string[]): Promise<string> {
    const { ok, lines, output } = await runCommand('docker', args, { env: this.compose.env });
    if (!ok) throw new Error(`docker ${args.join(' ')} failed: ${lines.join('\n')}`);
    return output;
  }

  image(app: string): string {
    return `${this.compose.project}-${app}`;
  }

  /** Every container of a service, ended ones included. */
  async containers(service: string): Promise<readonly Container[]> {
    const ids = (await this.compose.must(['ps', '--all', '--quiet', service])).split('\n').filter(Boolean);
    return ids.length === 0 ? [] : (JSON.parse(await this.docker('inspect', ...ids)) as readonly Container[]);
  }

  /** Runs a command in a service's container; resolves with both of its outputs, whether it fails or not. */
  async exec(service: string, ...command: readonly string[]): Promise<string> {
    return (await this.compose.run(['exec', '-T', service, ...command])).lines.join('\n');
  }

  /** Asks from inside stub-apis' container. */
  async ask(...requests: readonly InsideRequest[]): Promise<readonly InsideAnswer[]> {
    const node = ['node', '--input-type=module-typescript', '--eval', askSource, JSON.stringify(requests)];
    return JSON.parse(await this.compose.must(['exec', '-T', 'stub-apis', ...node])) as readonly InsideAnswer[];
  }

  /** Everything that containers have printed lately, for a person who looks for what went wrong. */
  async describe(): Promise<string> {
    const commands = [
      ['ps', '--all'],
      ['logs', '--tail', '30'],
    ];
    const results = await Promise.all(commands.map((command) => this.compose.run(command)));
    return results.flatMap(({ lines }) => lines).join('\n');
  }
}
