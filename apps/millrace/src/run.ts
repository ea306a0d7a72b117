import { checkBroker, createKafka } from '@millrace/kafka';
import { ServiceError } from '@millrace/messaging';
import { commonConfig, loadConfig } from '@millrace/service/config';
import { createLogger, type Logger } from '@millrace/telemetry';
import { type Command, parseCommand } from './arguments.ts';
import { discard } from './commands/discard.ts';
import { history } from './commands/history.ts';
import { list } from './commands/list.ts';
import { replay } from './commands/replay.ts';
import { show } from './commands/show.ts';
import { config } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { helpText } from './help.ts';
import { progressOn } from './progress.ts';
import { openSession, type Session } from './session.ts';
import { UsageError } from './usage-error.ts';

/** Carries out a command line; resolves to the exit code. What went wrong is one line on standard error. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const log = createLog();
    const command = parseCommand(argv);
    if ('help' in command) return await say(helpText(command.help), exitCodes.ok);
    return await withSession(command, log, (session) => carry(command, session));
  } catch (error) {
    return failed(error);
  }
}

/** Carries out a command that was understood. */
export function carry(command: Command, session: Session): Promise<number> {
  switch (command.name) {
    case 'list':
      return list(command, session);
    case 'show':
      return show(command, session);
    case 'replay':
      return replay(command, session);
    case 'discard':
      return discard(command, session);
    case 'history':
      return history(command, session);
  }
}

async function withSession(
  command: Command,
  log: Logger,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { kafka, timeoutMs } = kafkaOf(command, log);
  await checkBroker(kafka, { timeoutMs });
  const texts: string[] = [];
  const progress = progressOn({ isTTY: process.stderr.isTTY, write: (text) => void process.stderr.write(text) });
  const session = await openSession(kafka, { timeoutMs, progress, out: (text) => void texts.push(text) });
  try {
    const code = await work(session);
    return await say(texts.join(''), code);
  } finally {
    session.close();
  }
}

function kafkaOf({ brokers }: Command, log: Logger) {
  const chosen = brokers !== undefined && { KAFKA_BROKERS: brokers, KAFKA_BROKERS_FILE: '' };
  const { KAFKA_BROKERS, MILLRACE_TIMEOUT_MS } = loadConfig(config, { ...process.env, ...chosen });
  return { kafka: createKafka({ clientId: 'millrace', brokers: KAFKA_BROKERS, log }), timeoutMs: MILLRACE_TIMEOUT_MS };
}

/** What goes wrong is said once, at the end; a log is for those who ask for one, and no part of what was asked for. */
function createLog(): Logger {
  const { LOG_LEVEL } = loadConfig({ LOG_LEVEL: commonConfig.LOG_LEVEL });
  const level = process.env['LOG_LEVEL'] ? LOG_LEVEL : 'silent';
  return createLogger({
    service: 'millrace',
    level,
    destination: { write: (line) => void process.stderr.write(line) },
  });
}

/** All of it is on its way before the process ends, also into a pipe. */
function say(text: string, code: number): Promise<number> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(code)));
}

function failed(error: unknown): number {
  const isUsage = error instanceof UsageError || ServiceError.from(error).code === 'CONFIG_INVALID';
  const { code, message } = ServiceError.from(error);
  const hint = code === 'LEASE_LOST' ? '; what was decided until then holds' : '';
  process.stderr.write(`millrace: ${message}${hint}${isUsage ? '\nmillrace --help tells what there is.' : ''}\n`);
  return isUsage ? exitCodes.usage : exitCodes.failed;
}
