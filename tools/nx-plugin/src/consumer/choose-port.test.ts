import { expect, it } from 'vitest';
import { choosePort } from './choose-port.ts';

const port = (purpose: string, standard: number) => ({ variable: 'PORT', standard, purpose });
const app = (name: string, ...ports: readonly number[]) => ({ name, ports: ports.map((each) => port(name, each)) });
const consumer = (name: string, standard: number) => ({ ...app(name, standard), api: { name, url: () => '' } });

const apps = [app('gateway', 8080), app('stub-apis', 8086, 8087), consumer('crm', 8084), consumer('billing', 8085)];
const ports = [...apps.flatMap((each) => each.ports), port('Kafka', 9092)];
const choose = (wanted?: number) => choosePort(wanted, { apps, ports });

it('is the first after those of the other consumers that is free, where none is asked for', () => {
  expect(choose()).toBe(8088);
  expect(choosePort(undefined, { apps: [consumer('crm', 8083)], ports: [] })).toBe(8084);
});

it('is the one asked for, where that is free', () => {
  expect(choose(9000)).toBe(9000);
});

it.each([
  [8080, 'gateway'],
  [8087, 'stub-apis'],
  [8085, 'billing'],
  [9092, 'Kafka'],
])('%i is refused with whose it is and one that is free', (wanted, owner) => {
  expect(() => choose(wanted)).toThrow(`Port ${wanted} is taken by ${owner}. 8088 is free.`);
});

it.each([80, 0, -1, 65_536, 8088.5, Number.NaN])('%d is refused, being no port for an app', (wanted) => {
  expect(() => choose(wanted)).toThrow(`--port is a number from 1024 to 65535, not ${wanted}. 8088 is free.`);
});
