import { protocolErrorOf, rootCauseOf } from '../connection/kafka-error.ts';

/** Why a member cannot work until somebody does something about it. */
export interface Refusal {
  /** What is the matter, and what to do. */
  readonly what: string;
  readonly meanwhile: string;
}

/** Undefined for what passes by itself. */
export function refusalOf(error: unknown, group: string): Refusal | undefined {
  if (protocolErrorOf(error) === 'INCONSISTENT_GROUP_PROTOCOL')
    return {
      what: `group ${group} has members that are no Millrace consumers, or of a version too far from this one: stop those first, see docs/migrating.md`,
      meanwhile: 'this one takes over when they have stopped',
    };
  const root = rootCauseOf(error);
  if (root instanceof Error && root.name === 'KafkaJSNotImplemented')
    return {
      what: `group ${group} cannot read its topics: ${root.message}; producers may use gzip, zstd or none`,
      meanwhile: 'trying on, in case that the records are deleted',
    };
  return undefined;
}
