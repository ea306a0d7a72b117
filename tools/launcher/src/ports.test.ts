import { expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { portIsFree } from './port-is-free.ts';
import { configuredPort, requireFreePort } from './ports.ts';
import { listen } from './testing/listen.ts';

const spec = { variable: 'GATEWAY_PORT', standard: 8080, purpose: 'gateway' };

it('a port is where its variable says, else where it is by default', () => {
  expect(configuredPort(spec, {})).toBe(8080);
  expect(configuredPort(spec, { GATEWAY_PORT: '' })).toBe(8080);
  expect(configuredPort(spec, { GATEWAY_PORT: '18080' })).toBe(18080);
});

it.each(['0', '65536', '80.5', 'http', '-1', ' 80'])('%j is refused as a port', (value) => {
  expect(() => configuredPort(spec, { GATEWAY_PORT: value })).toThrow(
    `GATEWAY_PORT must be a port between 1 and 65535, not "${value}".`,
  );
});

it('a taken port is named with what it is for and the variable that moves it', async () => {
  const port = await listen();
  await expect(requireFreePort(spec, port)).rejects.toThrow(
    `Port ${port}, for gateway, is taken. Stop what listens there, or set GATEWAY_PORT to another port.`,
  );
});

it('free ports are free, each given once, and outside the range of outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
  expect(Math.max(...ports)).toBeLessThan(32_768);
  expect(await Promise.all(ports.map(portIsFree))).toEqual(ports.map(() => true));
});
