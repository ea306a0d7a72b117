import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../root.ts';

interface Message {
  readonly examples: readonly { readonly headers: object; readonly payload: object }[];
}

const text = await readFile(join(root, 'docs/asyncapi.yaml'), 'utf8');
const document = parse(text) as { readonly components: { readonly messages: Readonly<Record<string, Message>> } };

// strict would refuse what of the document is no schema
const ajv = new Ajv({ strict: false, schemas: { document } });
addFormats.default(ajv);

/** Whether a value is valid by one of the document's own schemas. */
const isValid = (id: string, part: 'headers' | 'payload', value: unknown) =>
  ajv.compile({ $ref: `document#/components/messages/${id}/${part}` })(value);

describe('docs/asyncapi.yaml', () => {
  it('has nothing that the official parser finds fault with, not even hints', async () => {
    const { diagnostics } = await new Parser().parse(text);
    expect(diagnostics).toEqual([]);
  });

  it('refers to nothing outside of itself', () => {
    const references = [...text.matchAll(/\$ref: (.*)/g)].map(([, target]) => target);
    expect(references.length).toBeGreaterThan(0);
    for (const target of references) expect(target).toMatch(/^'#\//);
  });

  it.each(Object.entries(document.components.messages))(
    'has examples of %s that are valid by its schemas',
    (id, { examples }) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const { headers, payload } of examples) {
        expect([isValid(id, 'headers', headers), isValid(id, 'payload', payload)]).toEqual([true, true]);
        expect(isValid(id, 'headers', {})).toBe(false);
      }
    },
  );
});
