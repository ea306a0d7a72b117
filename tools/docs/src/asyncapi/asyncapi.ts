import { eventHeaders } from '@millrace/messaging';
import { channels } from './channels.ts';
import { checkSources } from './check-sources.ts';
import { jsonSchema } from './json-schema.ts';
import { messages } from './messages.ts';
import { operations } from './operations.ts';
import type { AsyncApiSources } from './sources.ts';

/**
 * The AsyncAPI document of all that the sources say, for every app together. Throws, naming each, where contracts and apps
 * do not fit together: an app may hear only what is published, on a topic that there is.
 */
export function asyncapi(sources: AsyncApiSources): object {
  checkSources(sources);
  return {
    asyncapi: '3.1.0',
    info: info(sources.project),
    servers: { local: { host: sources.broker, protocol: 'kafka', description: 'Kafka on the machine one works on.' } },
    channels: channels(sources),
    operations: operations(sources),
    components: { messages: messages(sources), schemas: { EventHeaders: jsonSchema(eventHeaders) }, correlationIds },
  };
}

function info({ version, license }: AsyncApiSources['project']): object {
  const description =
    'The topics of all apps of this repository: what is on them, who publishes it, and who hears it. An operation names ' +
    'its app in its id, its tag and its client id.';
  return { title: 'Millrace', version, description, license: { name: license } };
}

const correlationIds = {
  trace: {
    description: 'The second part of `traceparent` is the id of the trace that the event belongs to.',
    location: '$message.header#/traceparent',
  },
};
