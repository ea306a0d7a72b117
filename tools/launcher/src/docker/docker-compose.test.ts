import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jaegerImage } from '../jaeger/container-source.ts';
import { kafkaImage } from '../kafka/docker-broker.ts';
import { root } from '../root.ts';

const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

it('docker-compose.yml has the images that the launcher looks for', () => {
  for (const image of [kafkaImage, jaegerImage]) expect(compose).toContain(`\n    image: ${image}\n`);
});

it('docker-compose.yml publishes ports on the loopback address only', () => {
  const published = compose.match(/'[^']*:\d+'/g)?.filter((text) => text.includes('PORT'));
  expect(published).toHaveLength(3);
  for (const port of published ?? []) expect(port).toMatch(/^'127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+'$/);
});
