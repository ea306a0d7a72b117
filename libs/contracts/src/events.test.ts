import { describe, expect, it } from 'vitest';
import { events } from './events.ts';
import * as contracts from './index.ts';
import { topics } from './topics.ts';

it('the list of events has every contract there is, on topics there are', () => {
  const exported = Object.values(contracts).filter((value) => 'schema' in value && 'topic' in value);
  expect(new Set(events)).toEqual(new Set(exported));
  const names = topics.map(({ name }) => name);
  for (const { topic } of events) expect(names).toContain(topic);
});

describe.each(events)('the examples of $type', ({ schema, examples }) => {
  it('are what its schema makes of them, no field more or less', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(schema.parse(example)).toEqual(example);
  });
});
