import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { apps } from '../apps.ts';
import { jaegerImage } from '../jaeger/container-source.ts';
import { kafkaImage } from '../kafka/docker-broker.ts';
import { root } from '../root.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly args: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly [restriction: string]: unknown;
}

const read = (file: string) =>
  parse(readFileSync(join(root, file), 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly networks?: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  };

const compose = read('docker-compose.yml');
const host = read('tools/launcher/docker-compose.host.yml');
const services = Object.entries(compose.services);
const third = ['kafka', 'jaeger'];
const consumers = services.filter(([name]) => name.endsWith('-consumer'));

describe('docker-compose.yml', () => {
  it('has every app, each built from the one Dockerfile', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual([...third, ...apps.map(({ name }) => name)].toSorted());
    for (const { name } of apps) {
      expect(compose.services[name]?.build, name).toEqual({ context: '.', args: { APP: name } });
    }
  });

  it('has the images that the launcher looks for', () => {
    expect(third.map((name) => compose.services[name]?.image)).toEqual([kafkaImage, jaegerImage]);
  });

  it.each(services)('restricts %s', (_, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/) as unknown,
      stop_grace_period: '20s',
      restart: expect.stringMatching(/^(unless-stopped|on-failure:\d+)$/) as unknown,
    });
    for (const loosening of ['privileged', 'cap_add', 'user', 'pid', 'network_mode', 'container_name', 'init']) {
      expect(service).not.toHaveProperty(loosening);
    }
  });

  it('gives a writable root file system to Kafka alone', () => {
    expect(services.filter(([, { read_only }]) => read_only !== true).map(([name]) => name)).toEqual(['kafka']);
  });

  it('publishes the gateway and what there is to see of Jaeger, on the loopback address, and nothing else', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published.toSorted()).toEqual([
      'gateway 127.0.0.1:${GATEWAY_PORT:-8080}:8080',
      'jaeger 127.0.0.1:${JAEGER_PORT:-16686}:16686',
    ]);
  });

  it('keeps what is not published in a network without a way out', () => {
    expect(compose.networks).toEqual({ internal: { internal: true }, outside: null });
    for (const [name, { networks, ports }] of services) {
      expect(networks, name).toEqual(ports ? ['internal', 'outside'] : ['internal']);
    }
  });

  it('starts whoever uses Kafka when the topics are there', () => {
    const users = services.filter(([, { environment }]) => environment?.['KAFKA_BROKERS'] !== undefined);
    expect(users.length).toBeGreaterThan(consumers.length);
    for (const [name, { depends_on }] of users) {
      expect(depends_on, name).toMatchObject(
        name === 'topics'
          ? { kafka: { condition: 'service_healthy' } }
          : { topics: { condition: 'service_completed_successfully' } },
      );
    }
  });

  it('has consumers that can be scaled, and are told of their API and its token', () => {
    expect(consumers.length).toBeGreaterThanOrEqual(2);
    for (const [name, { environment, volumes }] of consumers) {
      const api = name.replace('-consumer', '').replaceAll('-', '_').toUpperCase();
      expect(environment, name).toMatchObject({
        [`${api}_API_URL`]: expect.stringMatching(/^http:\/\/stub-apis:809\d/) as unknown,
        [`${api}_API_TOKEN`]: `\${${api}_API_TOKEN:-}`,
      });
      expect(volumes, name).toBeUndefined();
    }
  });

  it('holds no secret: what is one comes from a variable', () => {
    const variables = services.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = variables.filter(([name]) => /TOKEN|SECRET|PASSWORD/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const [name, value] of secrets) expect(value, name).toMatch(/^\$\{\w+:-\}$/);
  });
});

describe('docker-compose.host.yml', () => {
  it('adds to Kafka and Jaeger what the launcher needs, on the loopback address', () => {
    expect(Object.keys(host.services)).toEqual(third);
    for (const [name, { ports = [] }] of Object.entries(host.services)) {
      expect(ports, name).toEqual([expect.stringMatching(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/)]);
    }
  });
});
