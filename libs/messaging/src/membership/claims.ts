import { z } from 'zod';
import type { TopicPartition } from './topic-partition.ts';

/** What a member holds when it asks to join. */
export interface Claims {
  /** What it wants to keep. */
  readonly owned: readonly TopicPartition[];
  /** What it has yet to let go of. */
  readonly draining: readonly TopicPartition[];
}

/**
 * Of the text below. Members of several versions meet in one group while it is upgraded: a later version may add fields, and
 * must not change what these mean; one that has to needs an assignor of another name, offered beside this one.
 */
const version = 1;

const partitions = z.record(z.string(), z.array(z.int().nonnegative()));
const schema = z.object({ owned: partitions.default({}), draining: partitions.default({}) });

/** `count` makes a member that has the same claims as before heard all the same: one that says nothing new is not. */
export function encodeClaims({ owned, draining }: Claims, count: number): string {
  return JSON.stringify({ version, owned: byTopic(owned), draining: byTopic(draining), count });
}

/** What cannot be read claims nothing: a member that cannot say what it holds is no newer version of this one. */
export function decodeClaims(text: string): Claims {
  const read = schema.safeParse(parsed(text));
  if (!read.success) return { owned: [], draining: [] };
  return { owned: listed(read.data.owned), draining: listed(read.data.draining) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function byTopic(claimed: readonly TopicPartition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of claimed) (topics[topic] ??= []).push(partition);
  return topics;
}

function listed(topics: Readonly<Record<string, readonly number[]>>): TopicPartition[] {
  return Object.entries(topics).flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition })));
}
