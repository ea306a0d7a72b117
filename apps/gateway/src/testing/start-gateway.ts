import { createTarget } from '@millrace/http-client';
import { createHttpServer } from '@millrace/http-server';
import { createLogger } from '@millrace/telemetry';
import { registerRoutes } from '../routes.ts';

export interface RunningGateway {
  readonly url: string;
  /** Everything it logged. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** The gateway's routes on a free port, in front of `userServiceUrl`. */
export async function startGateway(userServiceUrl: string, timeoutMs = 30_000): Promise<RunningGateway> {
  const lines: string[] = [];
  const log = createLogger({ service: 'gateway', destination: { write: (line) => void lines.push(line) } });
  const userService = createTarget({ name: 'user-service', baseUrl: userServiceUrl, timeoutMs, breaker: false, log });
  const http = createHttpServer({ log });
  registerRoutes(http, { userService });
  const url = await http.listen({ host: '127.0.0.1', port: 0 });
  const stop = async () => {
    await http.close();
    await userService.stop();
  };
  return { url, lines, stop };
}
