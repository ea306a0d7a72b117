import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { ServiceProcess, type ServiceOptions } from './service-process.ts';

it('a service that does not get ready in time is stopped, and the start says where it was asked', async () => {
  const service = await createService('process.on("SIGTERM", () => process.exit()); setInterval(() => {}, 1000)', {
    readyLimitMs: 1,
  });
  await expect(service.start()).rejects.toThrow(`deaf was not ready after 0.001 s (GET ${service.url}/readyz).`);
  expect(service.pid).toBeUndefined();
});

it('a service that does not stop in time is killed', async () => {
  const script = `process.on("SIGTERM", () => {}); require("node:http").createServer((_, r) => r.end()).listen(process.env.PORT)`;
  const service = await createService(script, { stopLimitMs: 10 });
  await service.start();
  expect(await service.stop()).toBeNull();
  expect(service.pid).toBeUndefined();
});

it('a service cannot be started twice', async () => {
  const service = await createService('require("node:http").createServer((_, r) => r.end()).listen(process.env.PORT)');
  await service.start();
  await expect(service.start()).rejects.toThrow('deaf is running already.');
  await service.kill('SIGKILL');
});

async function createService(script: string, options: Partial<ServiceOptions> = {}): Promise<ServiceProcess> {
  const folder = temporaryFolder();
  const main = join(folder, 'main.cjs');
  writeFileSync(main, script);
  const port = await freePort();
  const env = (): NodeJS.Dict<string> => ({ ...process.env, PORT: `${port}` });
  const url = `http://127.0.0.1:${port}`;
  return new ServiceProcess({ name: 'deaf', main, url, env, logFile: join(folder, 'log'), ...options });
}
