import { type ICustomPartitioner, type Message, Partitioners } from 'kafkajs';

/**
 * Kafka's default partitioner (murmur2 of the key), which writes its choice down in the message. A repeated attempt must
 * not choose anew: the broker tells a repetition by partition and sequence number alone, so another record under a
 * number that is taken there would be acknowledged and thrown away. kafkajs chooses anew at each attempt, and would go
 * elsewhere for a record without a key, or after partitions were added.
 */
export const pinnedPartitioner: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return (args) => {
    const message: Message = args.message;
    message.partition ??= choose(args);
    return message.partition;
  };
};
