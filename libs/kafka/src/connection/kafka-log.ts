import type { Logger } from '@millrace/telemetry';
import { type logCreator, logLevel } from 'kafkajs';

type PinoLevel = 'error' | 'warn' | 'debug' | 'trace';

/** What these parts of kafkajs complain of is reported by ours in their own words, once: here it would be noise. */
const retold = new Set(['Connection', 'BrokerPool', 'RequestQueue', 'Cluster', 'Consumer', 'Producer', 'Runner']);

/**
 * Sends kafkajs' own log lines to `log`: errors and warnings as they are, but those that a running system repeats
 * (connections refused, rebalances) as debug; its info lines as debug, its debug lines, one per request, as trace.
 */
export function kafkaLogCreator(log: Logger): logCreator {
  return () => (entry) => {
    const { message, logger: _logger, timestamp: _timestamp, stack: _stack, ...details } = entry.log;
    log[pinoLevel(entry)]({ kafkajs: { part: entry.namespace, ...details } }, message);
  };
}

/** The least severe level worth asking kafkajs for. */
export function kafkaLogLevel(log: Logger): logLevel {
  if (log.isLevelEnabled('trace')) return logLevel.DEBUG;
  return log.isLevelEnabled('debug') ? logLevel.INFO : logLevel.WARN;
}

/** The level at which a line of kafkajs is worth showing. */
export function pinoLevel({ namespace, level }: { readonly namespace: string; readonly level: logLevel }): PinoLevel {
  if (level === logLevel.DEBUG) return 'trace';
  if (level === logLevel.INFO || retold.has(namespace)) return 'debug';
  return level === logLevel.WARN ? 'warn' : 'error';
}
