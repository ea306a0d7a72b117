import { type HttpServer, json, problems } from '@millrace/http-server';
import type { FastifySchema } from 'fastify';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openapi } from './openapi.ts';

const options = { project: { version: '1.2.3', license: 'MIT' }, url: 'http://127.0.0.1:1' };
const thing = z.object({ id: z.string(), size: z.int().optional() }).meta({ id: 'Thing' });

const change = {
  operationId: 'change',
  summary: 'Change a thing',
  tags: ['things'],
  headers: z.looseObject({ 'if-match': z.string().describe('Of the thing as it was.') }),
  querystring: z.object({ dry: z.enum(['yes']).optional() }),
  params: z.object({ id: z.string().min(2) }),
  body: z.strictObject({ size: z.int().positive() }),
  response: {
    200: json('It is changed.', thing, {
      headers: { ETag: z.string() },
      links: { change: { id: '$response.body#/id' } },
    }),
    ...problems({ 409: 'It is in use.' }),
  },
};

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: object; readonly responses: object };
}

async function documentOf(routes: (http: HttpServer) => void): Promise<Document> {
  return (await openapi({ title: 'things', description: 'Keeps things.', routes }, options)) as Document;
}

const withSchema = (schema: FastifySchema) =>
  documentOf((http) => http.put('/things/:id', { schema }, () => undefined));
const described = () => withSchema(change);

describe('the OpenAPI document', () => {
  it('says what the service is, and where', async () => {
    expect(await described()).toMatchObject({
      openapi: '3.1.0',
      info: {
        title: 'things',
        version: '1.2.3',
        description: 'Keeps things.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: 'http://127.0.0.1:1' }],
    });
  });

  it('has every route, the ones that every service has, too, in the order of the alphabet', async () => {
    const { paths } = await documentOf((http) => {
      http.register(async (scope) => {
        scope.post('/apis/:api/*', { schema: { ...change, operationId: 'call' } }, () => undefined);
      });
    });
    expect(Object.keys(paths)).toEqual(['/apis/{api}/{path}', '/healthz', '/metrics', '/readyz']);
    expect(Object.keys(paths['/healthz']!)).toEqual(['get']);
  });

  it("shows each part of a request as the route's schemas check it", async () => {
    const { paths } = await described();
    expect(paths['/things/{id}']?.['put']).toMatchObject({
      operationId: 'change',
      summary: 'Change a thing',
      tags: ['things'],
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 2 } },
        { name: 'dry', in: 'query', required: false, schema: { enum: ['yes'] } },
        { name: 'If-Match', in: 'header', required: true, description: 'Of the thing as it was.' },
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { required: ['size'], additionalProperties: false } } },
      },
    });
  });

  it('shows each answer, with headers, and with what can be asked next', async () => {
    const { paths, components } = await described();
    expect(paths['/things/{id}']?.['put']).toMatchObject({
      responses: {
        200: {
          description: 'It is changed.',
          headers: { ETag: { schema: { type: 'string' } } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          links: { change: { operationId: 'change', parameters: { id: '$response.body#/id' } } },
        },
        409: {
          description: 'It is in use.',
          headers: { 'Retry-After': { schema: { type: 'integer' } } },
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    });
    expect(Object.keys(components.schemas)).toEqual(['ConsumerReport', 'Problem', 'Thing']);
    expect(components.schemas).toMatchObject({ Thing: { required: ['id'], additionalProperties: false } });
  });

  it('has what the server itself answers, as far as it can for that route', async () => {
    const { paths, components } = await described();
    const statuses = (path: string, method: string) =>
      Object.keys((paths[path]![method] as { responses: object }).responses);
    expect(statuses('/things/{id}', 'put')).toEqual(['200', '400', '408', '409', '413', '414', '415', '431', '500']);
    expect(statuses('/healthz', 'get')).toEqual(['200', '400', '408', '431', '500']);
    expect(components.responses).toMatchObject({ BadRequest: { description: expect.any(String) as string } });
  });
});

describe('a route that cannot be described', () => {
  it('is refused where it says too little', async () => {
    const { operationId: _operationId, summary: _summary, ...rest } = change;
    await expect(withSchema(rest)).rejects.toThrow('PUT /things/:id has no operationId, no summary in its schema');
  });

  it('is refused where two schemas have one id', async () => {
    const other = z.object({ name: z.string() }).meta({ id: 'Problem' });
    const schema = { ...change, response: { ...change.response, 200: json('It is changed.', other) } };
    await expect(withSchema(schema)).rejects.toThrow('two schemas have the id Problem');
  });
});
