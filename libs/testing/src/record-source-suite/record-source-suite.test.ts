import { describeRecordSource } from './describe-record-source.ts';
import { InMemoryWorld } from './in-memory-world.ts';

describeRecordSource('in memory', async (partitions) => new InMemoryWorld(partitions));
