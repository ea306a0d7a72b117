import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import type { PortSpec } from '../ports.ts';
import { root } from '../root.ts';
import { standardPorts } from '../standard-ports.ts';

/** What `npm start` was asked for. */
export interface StartArguments {
  readonly help: boolean;
  /** End when the demo has been shown. */
  readonly once: boolean;
  readonly dataDir: string;
}

const portLine = ({ variable, purpose, standard }: PortSpec): string =>
  `  ${variable.padEnd(31)}port of ${purpose} (default: ${standard})`;

export const usage = `npm start [-- options]

Brings up the worked example: Kafka, Jaeger, stub-apis, user-service, gateway and the consumers; registers 20 users, tells
what happened, and stays up until Ctrl-C.

  --once            end by itself: exit code 0 if each API was called exactly once for each user, else 1
  --data-dir <dir>  keep data and logs there (default: .millrace in the root folder)
  --help            this text

  KAFKA_BROKERS                  use this Kafka instead of starting one
  OTEL_EXPORTER_OTLP_ENDPOINT    send spans there instead of starting Jaeger
  JAEGER_BIN                     the Jaeger 2 binary to start where Docker has no image
  LOG_LEVEL, CONCURRENCY, …      passed on to the services

${standardPorts.map(portLine).join('\n')}`;

/** A LaunchError names what is not understood. A relative folder is taken from where npm was called. */
export function parseStartArguments(args: readonly string[], env: Environment): StartArguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean' }, once: { type: 'boolean' }, 'data-dir': { type: 'string' } },
    });
    const { help = false, once = false, 'data-dir': dataDir } = values;
    const from = env['INIT_CWD'] ?? process.cwd();
    return { help, once, dataDir: dataDir ? resolve(from, dataDir) : join(root, '.millrace') };
  } catch (error) {
    const [what] = (error as Error).message.split(/\.\s|\n/);
    throw new LaunchError(`${what}. npm start -- --help lists the options.`, { cause: error });
  }
}
