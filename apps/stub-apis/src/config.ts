import { port } from '@millrace/service';
import { z } from 'zod';

const apiPort = z.string().regex(/^[a-z0-9][a-z0-9._-]*=\d{1,5}$/i, 'each is api=port');

export const config = {
  PORT: port(8090).describe('Port of the control routes, and of every API without a port of its own.'),
  API_PORTS: z
    .string()
    .default('notification=8091,analytics=8092')
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(z.array(apiPort))
    .transform((items) => Object.fromEntries(items.map(toEntry)))
    .pipe(z.record(z.string(), z.number().max(65_535, 'ports end at 65535')))
    .describe('APIs with a port of their own, `api=port`, separated by commas; 0 takes any free one.'),
  DATABASE_URL: z
    .string()
    .regex(/^file:./, 'is file:<path>')
    .default('file:.millrace/stub-apis.db')
    .transform((url) => url.slice('file:'.length))
    .describe('SQLite file for effects, kept results and counts, `file:<path>`; made where it is missing.'),
};

function toEntry(item: string): [string, number] {
  const [api = '', number] = item.split('=');
  return [api, Number(number)];
}
