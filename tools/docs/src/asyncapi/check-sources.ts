import type { EventContract } from '@millrace/messaging';
import type { FromApp } from '../from-apps.ts';
import type { AsyncApiSources, Heard, Published } from './sources.ts';

/** Throws, naming everything at once, where contracts, topics and apps do not fit together. */
export function checkSources(sources: AsyncApiSources): void {
  const { events, publishers, consumers } = sources;
  const problems = [
    ...events.flatMap((event) => contractProblems(event, sources)),
    ...publishers.flatMap((publisher) => publisherProblems(publisher, sources)),
    ...consumers.flatMap((consumer) => consumerProblems(consumer, sources)),
  ];
  if (problems.length > 0) throw new Error(`contracts and apps do not fit together:\n  ${problems.join('\n  ')}`);
}

function contractProblems(event: EventContract, sources: AsyncApiSources): string[] {
  const name = nameOf(event);
  const sameName = sources.events.filter((other) => nameOf(other) === name);
  return [
    ...(topicOf(event, sources) ? [] : [`${name} is on topic ${event.topic}, which is not among the topics`]),
    ...(isPublished(event, sources) ? [] : [`${name} is published by no app; name it in one's src/published.ts`]),
    ...(sameName.length > 1 && sameName[0] === event ? [`${name} is there ${sameName.length} times`] : []),
  ];
}

function publisherProblems({ app, value }: FromApp<Published>, { events }: AsyncApiSources): string[] {
  return value.events
    .filter((event) => !events.includes(event))
    .map((event) => `${app} publishes ${nameOf(event)}, which is not among the events`);
}

function consumerProblems({ app, value }: FromApp<Heard>, sources: AsyncApiSources): string[] {
  return value.subscriptions.flatMap(({ contract }) =>
    hearingProblems(contract, value.group, sources).map((problem) => `${app} hears ${nameOf(contract)}, ${problem}`),
  );
}

function hearingProblems(event: EventContract, group: string, sources: AsyncApiSources): string[] {
  const topic = topicOf(event, sources);
  if (!sources.events.includes(event)) return ['which is not among the events'];
  if (!topic) return [`whose topic ${event.topic} is not among the topics`];
  if (!isPublished(event, sources)) return ['which no app publishes'];
  if (topic.groups.includes(group)) return [];
  return [`but its group ${group} is not among those of topic ${topic.name}, so it has no dead-letter topic`];
}

function topicOf({ topic }: EventContract, { topics }: AsyncApiSources) {
  return topics.find(({ name }) => name === topic);
}

function isPublished(event: EventContract, { publishers }: AsyncApiSources): boolean {
  return publishers.some(({ value }) => value.events.includes(event));
}

function nameOf({ type, version }: EventContract): string {
  return `${type} (version ${version})`;
}
