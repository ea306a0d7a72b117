/**
 * The first of the two numbers of each advisory lock, so that keys, shards and relays do not meet each other; the other number
 * is the hash of a key, a shard, or nothing. Advisory locks are those of one database.
 */
export const locks = { key: 1_835_626_611, shard: 1_835_626_612, relay: 1_835_626_613 } as const;

/** Hears the shard of what was committed. */
export const appendedChannel = 'millrace_outbox';
