import type { Topic } from '@millrace/contracts';
import { deadLetterTopic, type PlainTopic, replayTopic } from '@millrace/kafka';
import { bindingVersion, deadLetterId, messageIdOf, ref } from './names.ts';
import type { AsyncApiSources } from './sources.ts';

/** Every channel by its topic: the topics of events, and the dead letters of their groups and replays of those. */
export function channels({ topics, events }: AsyncApiSources): Readonly<Record<string, object>> {
  const all = topics.flatMap((topic) => {
    const messageIds = events.filter((event) => event.topic === topic.name).map(messageIdOf);
    const deadLetters = topic.groups.map((group) => deadLetterChannel(topic, group));
    const replays = topic.groups.map((group) => replayChannel(topic, group, messageIds));
    return [eventChannel(topic, messageIds), ...deadLetters, ...replays];
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

function replayChannel(topic: Topic, group: string, messageIds: readonly string[]) {
  return channel(replayTopic(topic, group), messageIds, {
    summary: `Replays: dead letters of the group ${group} that an operator sends to it once more.`,
    description:
      'Records as they came to ' +
      `${topic.name}, in the partition of the same number, with \`millrace_dlq_*\` headers that tell where they lay and what came of ` +
      'them. No other group reads it; nothing but the command `millrace dlq replay` writes to it.',
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
