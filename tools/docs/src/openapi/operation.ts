import { STATUS_CODES } from 'node:http';
import { type DescribedAnswer, type DescribedAnswers, serverProblems } from '@millrace/http-server';
import type { z } from 'zod';
import { jsonSchema, type Schemas } from './json-schema.ts';
import type { Route } from './read-routes.ts';

/** What operations refer to. */
export interface Components {
  readonly schemas: Schemas;
  readonly responses: Record<string, object>;
}

/** What is kept in a route's `schema`. */
interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: z.ZodType;
  readonly querystring?: z.ZodType;
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: DescribedAnswers;
}

/** A route as an OpenAPI operation; what it refers to is put among the components. Throws where the route says too little. */
export function operation(route: Route, components: Components): object {
  const { operationId, summary, description, tags, params, querystring, headers, body, response } = describedIn(route);
  const { schemas } = components;
  const parameters = [
    ...parametersIn('path', params, schemas),
    ...parametersIn('query', querystring, schemas),
    ...parametersIn('header', headers, schemas),
  ];
  const answers = { ...sharedAnswers(route, components), ...ownAnswers(response, schemas) };
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input', schemas) } } },
    }),
    responses: answers,
  };
}

function describedIn({ method, url, schema }: Route): Described {
  const described = (schema ?? {}) as Partial<Described>;
  const missing = (['operationId', 'summary', 'tags', 'response'] as const).filter((name) => !described[name]);
  if (missing.length > 0) throw new Error(`${method} ${url} has no ${missing.join(', no ')} in its schema`);
  return described as Described;
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

function parametersIn(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined, schemas: Schemas): object[] {
  if (!schema) return [];
  const { properties, required = [] } = jsonSchema(schema, 'input', schemas) as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name: nameIn[place](name),
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

const nameIn = {
  path: (name: string) => (name === '*' ? 'path' : name),
  query: (name: string) => name,
  header: (name: string) => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
};

/** The server's own answers are the same everywhere. */
function sharedAnswers({ method, schema = {} }: Route, { schemas, responses }: Components): object {
  const all = serverProblems({ takesBody: method !== 'GET', hasParams: schema.params !== undefined });
  const references = Object.entries(all).map(([status, described]) => {
    const name = (STATUS_CODES[status] ?? status).replaceAll(/\W/g, '');
    responses[name] = answer(described, schemas);
    return [status, { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(references) as object;
}

const ownAnswers = (answers: DescribedAnswers, schemas: Schemas): object =>
  Object.fromEntries(Object.entries(answers).map(([status, described]) => [status, answer(described, schemas)]));

function answer({ description, headers, content, links }: DescribedAnswer, schemas: Schemas): object {
  return {
    description,
    ...(headers && { headers: mapValues(headers, (schema) => header(schema, schemas)) }),
    ...(content && {
      content: mapValues(content, ({ schema }) => ({ schema: jsonSchema(schema, 'output', schemas) })),
    }),
    ...(links && { links: mapValues(links, (parameters, operationId) => ({ operationId, parameters })) }),
  };
}

function header(schema: z.ZodType, schemas: Schemas): object {
  const { description, ...rest } = jsonSchema(schema, 'output', schemas) as { readonly description?: string };
  return { ...(description !== undefined && { description }), schema: rest };
}

const mapValues = <From, To>(record: Readonly<Record<string, From>>, map: (value: From, key: string) => To) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
