import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bento } from './bento/bento.ts';
import { kpipe } from './kpipe/kpipe.ts';
import { parallelConsumerCore, parallelConsumerVertx } from './parallel-consumer/parallel-consumer.ts';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

it.each([
  [parallelConsumerCore, './parallel-consumer/pom.xml', /parallel-consumer-vertx<\/artifactId>\s*<version>(.+)</],
  [parallelConsumerVertx, './parallel-consumer/pom.xml', /parallel-consumer-vertx<\/artifactId>\s*<version>(.+)</],
  [kpipe, './kpipe/pom.xml', /kpipe-consumer<\/artifactId>\s*<version>(.+)</],
  [bento, './bento/go.mod', /warpstreamlabs\/bento v(.+)/],
])('the table names the release of $name that is built', ({ name, version }, file, pinned) => {
  expect(pinned.exec(read(file))?.[1]).toBe(version);
  expect(read('./README.md')).toMatch(new RegExp(`^\\| \`${name}\` +\\| v?${version.replaceAll('.', '\\.')} `, 'm'));
});
