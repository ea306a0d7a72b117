// Stands in for any app that stays up: /readyz after READY_AFTER_MS, and what the demo asks of gateway and stub-apis.
import { createServer } from 'node:http';

const { PORT, READY_AFTER_MS = '0', EXIT_CODE, EXIT_ON_SIGTERM = '0' } = process.env;
const effects = new Map<string, { readonly at: string }[]>();

if (EXIT_CODE !== undefined) {
  console.log('the reason is in the log');
  process.exit(Number(EXIT_CODE));
}
process.on('SIGTERM', () => process.exit(Number(EXIT_ON_SIGTERM)));

const readyAt = Date.now() + Number(READY_AFTER_MS);
const told = ['LOG_LEVEL', 'CONCURRENCY', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
console.log(`started: ${told.map((name) => `${name}=${process.env[name]}`).join(' ')}`);

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
  if (pathname === '/readyz') return response.writeHead(Date.now() >= readyAt ? 200 : 503).end();
  if (pathname === '/register') return response.writeHead(201).end(JSON.stringify({ userId: crypto.randomUUID() }));
  if (pathname.startsWith('/effects/')) {
    const key = pathname + searchParams.get('orderKey');
    const made = effects.get(key) ?? [{ at: new Date().toISOString() }];
    effects.set(key, made);
    return response.end(JSON.stringify({ effects: made }));
  }
  return response.writeHead(404).end();
}).listen(Number(PORT), '127.0.0.1');
