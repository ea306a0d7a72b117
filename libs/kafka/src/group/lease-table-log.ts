import type { LeaseTableLog } from '@millrace/messaging/membership';
import type { Logger } from '@millrace/telemetry';

/** What befalls partitions, in words. */
export function leaseTableLog(log: Logger): LeaseTableLog {
  let warnedOfMetadata = false;
  return {
    placeLost: ({ topic, partition }, logStart) =>
      log.error({ topic, partition, logStart }, 'the place of the group is lost: it was out of range'),
    recordsDeleted: ({ topic, partition }, from, to) =>
      log.error(
        { topic, partition, from, to, records: to - from },
        'records were deleted by retention before the group had read them',
      ),
    waitsForOlder: ({ topic, partition }) =>
      log.info({ topic, partition }, 'added partition waits until the older ones are done up to where they end now'),
    joinsOlder: ({ topic, partition }) => log.info({ topic, partition }, 'added partition is read from now on'),
    metadataTooLarge: ({ topic, partition }) => {
      log[warnedOfMetadata ? 'debug' : 'warn'](
        { topic, partition },
        'offset.metadata.max.bytes of the brokers is below its default of 4096: what is done out of order is not stored',
      );
      warnedOfMetadata = true; // it is the brokers' setting, and no partition's
    },
    notTaken: ({ topic, partition }, err) => log.error({ topic, partition, err }, 'consumer failed to take records'),
  };
}
