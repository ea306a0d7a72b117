import { dataSchemaOf, deadLetterHeaders, type EventContract } from '@millrace/messaging';
import { exampleDeadLetter, exampleRecord, messageExample } from './example-record.ts';
import { jsonSchema } from './json-schema.ts';
import { bindingVersion, deadLetterId, messageIdOf, ref } from './names.ts';
import type { AsyncApiSources } from './sources.ts';

/** Every message by its id: one per contract, and the dead letter. */
export function messages(sources: AsyncApiSources): Readonly<Record<string, object>> {
  const ofEvents = sources.events.map((event) => [messageIdOf(event), eventMessage(event, examplesOf(event, sources))]);
  return { ...(Object.fromEntries(ofEvents) as object), [deadLetterId]: deadLetterMessage(sources) };
}

function examplesOf(event: EventContract, { publishers }: AsyncApiSources) {
  const source = publishers.find(({ value }) => value.events.includes(event))?.value.source ?? '';
  return event.examples.map((data) => exampleRecord(event, data, source));
}

function eventMessage(event: EventContract, examples: ReturnType<typeof examplesOf>): object {
  const { type, version, description } = event;
  const attributes = { ce_type: { const: type }, ce_dataschema: { const: dataSchemaOf(event) } };
  return {
    name: type,
    title: `${type}, version ${version}`,
    summary: description,
    contentType: 'application/json',
    headers: { type: 'object', allOf: [ref('components', 'schemas', 'EventHeaders'), { properties: attributes }] },
    payload: payloadSchema(event),
    correlationId: ref('components', 'correlationIds', 'trace'),
    bindings: { kafka: { key: keySchema(examples), bindingVersion } },
    examples: examples.map(messageExample),
  };
}

function payloadSchema({ type, version, schema }: EventContract): object {
  try {
    return jsonSchema(schema);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the data of ${type} (version ${version}) has no JSON Schema: ${why}`, { cause });
  }
}

function keySchema(examples: ReturnType<typeof examplesOf>): object {
  return {
    type: 'string',
    description: 'What the event is about, as in `ce_subject`. Events of equal key are handled one after the other.',
    examples: examples.map(({ key }) => String(key)),
  };
}

function deadLetterMessage(sources: AsyncApiSources): object {
  return {
    name: deadLetterId,
    title: 'Dead letter',
    summary:
      'A record given up on: its key, value and headers as they came, and in headers of its own why, when, and where it was.',
    headers: jsonSchema(deadLetterHeaders),
    payload: { description: 'The value of the record, byte for byte; what could not be read may be no JSON at all.' },
    correlationId: ref('components', 'correlationIds', 'trace'),
    bindings: { kafka: { key: { description: 'The key of the record, byte for byte.' }, bindingVersion } },
    examples: deadLetterExamples(sources),
  };
}

/** What the first consumer would make of the first event it hears. */
function deadLetterExamples(sources: AsyncApiSources): readonly object[] {
  const { group, subscriptions } = sources.consumers[0]?.value ?? { group: '', subscriptions: [] };
  const heard = subscriptions.flatMap(({ contract }) => examplesOf(contract, sources)).slice(0, 1);
  return heard.map((record) => messageExample(exampleDeadLetter(record, group)));
}
