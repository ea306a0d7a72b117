/** What is stored beside an offset: a map of what is done beyond it, after how many partitions the topic had. */
export interface StoredPlace {
  /** When the group began with this partition; undefined where that was not stored, as by other clients. */
  readonly partitionsThen: number | undefined;
  /** For the consumer. */
  readonly metadata: string;
}

const pattern = /^(\d{1,7})\/(.*)$/s;

export function encodePlace({ partitionsThen, metadata }: StoredPlace): string {
  return partitionsThen === undefined ? metadata : `${partitionsThen}/${metadata}`;
}

export function decodePlace(stored: string): StoredPlace {
  const [, partitions, metadata = ''] = pattern.exec(stored) ?? [];
  if (partitions === undefined) return { partitionsThen: undefined, metadata: stored };
  return { partitionsThen: Number(partitions), metadata };
}
