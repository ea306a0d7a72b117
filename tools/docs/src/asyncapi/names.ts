import type { EventContract } from '@millrace/messaging';

/** The version of the Kafka bindings; https://github.com/asyncapi/bindings/tree/master/kafka */
export const bindingVersion = '0.5.0';

/** The message of a dead letter, in whichever channel. */
export const deadLetterId = 'DeadLetter';

/** Names a contract's message: two versions of a type are two messages. */
export function messageIdOf({ type, version }: Pick<EventContract, 'type' | 'version'>): string {
  return `${type}.v${version}`;
}

/** A reference within the document: `ref('channels', 'user-events')`. No name in it has a `/` or a `~`. */
export function ref(...path: readonly string[]): { readonly $ref: string } {
  return { $ref: `#/${path.join('/')}` };
}
