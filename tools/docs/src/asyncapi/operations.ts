import {
  deadLetterTopicOf,
  type EventContract,
  idempotencyKeyOf,
  replayTopicOf,
  type StartAt,
  type Subscription,
} from '@millrace/messaging';
import type { FromApp } from '../from-apps.ts';
import { bindingVersion, deadLetterId, messageIdOf, ref } from './names.ts';
import type { AsyncApiSources, Heard, Published } from './sources.ts';

/** Every operation by its id, `<app>.<send or receive>.<message>`; the message of a dead letter with its topic. */
export function operations({ publishers, consumers }: AsyncApiSources): Readonly<Record<string, object>> {
  const ofConsumers = consumers.flatMap((app) => [...hearing(app), ...givingUp(app), ...hearingAgain(app)]);
  const all = [...publishers.flatMap(publishing), ...ofConsumers];
  return Object.fromEntries(all);
}

type Operation = readonly [id: string, operation: object];

function publishing({ app, value: { source, events } }: FromApp<Published>): readonly Operation[] {
  return events.map((event) => [
    `${app}.send.${messageIdOf(event)}`,
    {
      action: 'send',
      ...eventPart(event),
      title: `${app} publishes ${event.type}`,
      description: `As \`${source}\`, at least once: a repetition carries the same \`ce_id\`.`,
      ...appPart(app),
    },
  ]);
}

function hearing({ app, value: { group, startAt, subscriptions } }: FromApp<Heard>): readonly Operation[] {
  return subscriptions.map((subscription) => [
    `${app}.receive.${messageIdOf(subscription.contract)}`,
    {
      action: 'receive',
      ...eventPart(subscription.contract),
      title: `${app} hears ${subscription.contract.type}`,
      description: `${callText(subscription)} ${startTexts[startAt]}`,
      ...appPart(app, group),
    },
  ]);
}

/** One for each topic that is heard. */
function givingUp({ app, value: { group, subscriptions } }: FromApp<Heard>): readonly Operation[] {
  const topics = new Set(subscriptions.map(({ contract }) => contract.topic));
  return [...topics].map((topic) => {
    const channel = deadLetterTopicOf(topic, group);
    const title = `${app} gives up on a record of ${topic}`;
    return [
      `${app}.send.${channel}`,
      { action: 'send', ...messagePart(channel, deadLetterId), title, ...appPart(app) },
    ];
  });
}

/** One for each topic that is heard. */
function hearingAgain({ app, value: { group, subscriptions } }: FromApp<Heard>): readonly Operation[] {
  const byTopic = Map.groupBy(subscriptions, ({ contract }) => contract.topic);
  return Array.from(byTopic, ([topic, heard]) => {
    const channel = replayTopicOf(topic, group);
    const messages = heard.map(({ contract }) => ref('channels', channel, 'messages', messageIdOf(contract)));
    const title = `${app} hears once more what it gave up on of ${topic}`;
    const description = 'In order per key with what it hears of the topic itself, under the same `Idempotency-Key`.';
    const operation = { action: 'receive', channel: ref('channels', channel), messages, title, description };
    return [`${app}.receive.${channel}`, { ...operation, ...appPart(app, group) }];
  });
}

const startTexts: Readonly<Record<StartAt, string>> = {
  earliest: 'A group without committed offsets begins at the oldest record.',
  latest: 'A group without committed offsets begins at the next record to come.',
  committed: 'A group without committed offsets does not begin.',
};

function callText(subscription: Subscription): string {
  return `The calls it leads to carry \`Idempotency-Key: ${idempotencyKeyOf(subscription, '<ce_id>')}\`.`;
}

function eventPart(event: EventContract) {
  return messagePart(event.topic, messageIdOf(event));
}

function messagePart(channel: string, messageId: string) {
  return { channel: ref('channels', channel), messages: [ref('channels', channel, 'messages', messageId)] };
}

/** An app's name is its client id, too. */
function appPart(app: string, group?: string) {
  const groupId = group === undefined ? {} : { groupId: { type: 'string', enum: [group] } };
  const clientId = { type: 'string', enum: [app] };
  return { tags: [{ name: app }], bindings: { kafka: { ...groupId, clientId, bindingVersion } } };
}
