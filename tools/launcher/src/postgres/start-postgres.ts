import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { freePort } from '../free-port.ts';
import { LaunchError } from '../launch-error.ts';
import { logTail, sizeBytes } from '../processes/log-tail.ts';
import { readyOrEnded } from '../processes/ready-or-ended.ts';
import { describeExit, type RunningProcess, startProcess } from '../processes/start-process.ts';
import { withLog } from '../processes/with-log.ts';
import { installPostgres } from './install-postgres.ts';
import { signalTree } from './process-tree.ts';
import { sqlAnswers } from './temporary-database.ts';

export interface StartPostgresOptions {
  /** Server settings beside the defaults, e.g. `{ fsync: 'off' }` where a lost machine loses nothing. @default none */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** PATH, for a server of the machine's own where npm has none. @default process.env */
  readonly env?: Environment;
}

/** A PostgreSQL server of our own, for tests; its data are gone when it is closed. */
export interface Postgres {
  /** `postgres://<user>:<password>@127.0.0.1:<port>/<database>`, of a superuser; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Ends its connections and stops it; what was committed is there after `start`. */
  stop(): Promise<void>;
  /** Sends a signal to all its processes: SIGKILL is a crash, SIGSTOP and SIGCONT freeze and thaw it. Resolves, after SIGKILL, when it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Brings it back after `stop` or SIGKILL; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

interface Server {
  readonly bin: string;
  readonly folder: string;
  readonly logFile: string;
  readonly port: number;
  readonly url: string;
  readonly settings: readonly string[];
  readonly env: Environment;
  /** PostgreSQL refuses to run as root. */
  readonly user: { readonly uid?: number };
}

const name = 'millrace';
/** By convention nobody's, and that is who should own it. */
const nobody = 65_534;
const readyLimitMs = 60_000;
const stopLimitMs = 10_000;
const ownSettings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', timezone: 'UTC' };

/**
 * Starts a PostgreSQL on a free port of the loopback interface, with data of its own in the system's temporary folder. No set-up
 * is needed: the programs come with `npm ci`, or are the machine's own. Works for root, too. It ends when this process does.
 * Rejects with a LaunchError where there are no programs or the server does not start.
 */
export async function startPostgres({
  settings = {},
  env = process.env,
}: StartPostgresOptions = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-postgres-'));
  try {
    const server = await prepare(folder, { ...ownSettings, ...settings }, env);
    const life = createLife(server);
    await life.start();
    const close = async (): Promise<void> => {
      await life.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    };
    return { url: server.url, port: server.port, ...life, close };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function prepare(
  folder: string,
  settings: Readonly<Record<string, string | number>>,
  env: Environment,
): Promise<Server> {
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const server = {
    bin: await installPostgres(folder, env),
    folder,
    logFile: join(folder, 'postgres.log'),
    port,
    url: `postgres://${name}:${password}@127.0.0.1:${port}/postgres`,
    settings: Object.entries({ ...settings, port }).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    env,
    user: process.getuid?.() === 0 ? { uid: nobody } : {},
  };
  await initialize(server, password);
  return server;
}

async function initialize(server: Server, password: string): Promise<void> {
  const { folder, user } = server;
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  if (user.uid !== undefined) {
    await chmod(folder, 0o755);
    for (const path of [passwordFile, join(folder, 'data')]) await chown(path, user.uid, user.uid);
  }
  const args = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, `--username=${name}`];
  const more = ['--encoding=UTF8', '--locale=C', '--no-sync', '--pgdata', join(folder, 'data')];
  const exit = await (await run(server, 'initdb', [...args, ...more])).exited;
  if (exit.code === 0) return;
  throw new LaunchError(`PostgreSQL's data could not be made: ${describeExit(exit)}.${await logTail(server.logFile)}`);
}

function createLife(server: Server): Pick<Postgres, 'stop' | 'kill' | 'start'> {
  let running: RunningProcess | undefined;
  return {
    start: async () => {
      if (running) throw new LaunchError('PostgreSQL is running already.');
      running = await startReady(server);
    },
    stop: async () => {
      const stopping = running;
      running = undefined;
      stopping?.signal('SIGINT'); // fast: SIGTERM alone would wait for the clients
      await stopping?.end(stopLimitMs);
    },
    kill: async (signal) => {
      const target = running;
      if (!target) return;
      if (signal === 'SIGKILL') running = undefined;
      await signalTree(target.pid, signal);
      if (signal === 'SIGKILL') await target.exited;
    },
  };
}

async function startReady(server: Server): Promise<RunningProcess> {
  const logStart = await sizeBytes(server.logFile);
  const data = ['-D', join(server.folder, 'data')];
  const started = await run(server, 'postgres', [...data, ...server.settings]);
  const isReady = () => sqlAnswers(server.url);
  const outcome = await readyOrEnded({ isReady, exited: started.exited, limitMs: readyLimitMs });
  if (outcome === 'ready') return started;
  await started.end(stopLimitMs);
  const why = outcome === 'silent' ? `no answer within ${readyLimitMs / 1000} s` : describeExit(outcome);
  throw new LaunchError(`PostgreSQL did not start: ${why}.${await logTail(server.logFile, logStart)}`);
}

function run(
  { bin, folder, logFile, env, user }: Server,
  program: string,
  args: readonly string[],
): Promise<RunningProcess> {
  return withLog(logFile, (log) =>
    startProcess({ command: join(bin, program), args, env, cwd: folder, stdio: ['ignore', log, log], ...user }),
  );
}
