import type { Topic } from '@millrace/contracts';
import { deadLetterTopic, type PlainTopic } from '@millrace/kafka';
import { bindingVersion, deadLetterId, messageIdOf, ref } from './names.ts';
import type { AsyncApiSources } from './sources.ts';

/** Every channel by its topic: the topics of events, and the dead letters of their groups. */
export function channels({ topics, events }: AsyncApiSources): Readonly<Record<string, object>> {
  const all = topics.flatMap((topic) => {
    const messageIds = events.filter((event) => event.topic === topic.name).map(messageIdOf);
    const deadLetters = topic.groups.map((group) => deadLetterChannel(topic, group));
    return [eventChannel(topic, messageIds), ...deadLetters];
  });
  return Object.fromEntries(all.map((each) => [each.address, each]));
}

function eventChannel(topic: Topic, messageIds: readonly string[]) {
  return channel(topic, messageIds, {
    summary: 'Events, in order per key.',
    description:
      'CloudEvents 1.0 in the binary mode of their Kafka protocol binding. The number of partitions stays as it is: ' +
      'another one would move keys.',
  });
}

function deadLetterChannel(topic: Topic, group: string) {
  return channel(deadLetterTopic(topic, group), [deadLetterId], {
    summary: `Dead letters: what the group ${group} has given up on in ${topic.name}.`,
    description: 'Refused by the API, tried in vain for as long as the retry policy says, or no valid event.',
  });
}

function channel(
  { name, partitions }: PlainTopic,
  messageIds: readonly string[],
  texts: { readonly summary: string; readonly description: string },
) {
  return {
    address: name,
    ...texts,
    messages: Object.fromEntries(messageIds.map((id) => [id, ref('components', 'messages', id)])),
    bindings: { kafka: { topic: name, partitions, bindingVersion } },
  };
}
