import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bento } from './bento/bento.ts';
import { kpipe } from './kpipe/kpipe.ts';
import { parallelConsumerCore, parallelConsumerVertx } from './parallel-consumer/parallel-consumer.ts';
import { PeerMissing } from './peer.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-peers-'));
  vi.stubEnv('PATH', folder);
  vi.stubEnv('JAVA_HOME', '');
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it.each([
  [parallelConsumerCore, 'no JDK 17+ (java is not on PATH)'],
  [parallelConsumerVertx, 'no JDK 17+ (java is not on PATH)'],
  [kpipe, 'no JDK 25+ (java is not on PATH), no python3 on PATH to install one with'],
  [bento, 'no Go (go is not on PATH)'],
])('$name says what it misses where nothing is installed', async (peer, why) => {
  await expect(peer.prepare(() => undefined)).rejects.toThrow(new PeerMissing(why));
});

it('a peer without Maven says so', async () => {
  tool('java', `echo 'openjdk version "17.0.15"' >&2`);
  await expect(parallelConsumerCore.prepare(() => undefined)).rejects.toThrow('no Maven (mvn is not on PATH)');
});

it('a peer whose jars are nowhere says which, names no address, and leaves nothing in the cache', async () => {
  tool('java', `echo 'openjdk version "25.0.2"' >&2`);
  tool('mvn', `echo '[ERROR] Failed: Could not find artifact a.b:c:jar:1.0 in central (https://example.org)'; exit 1`);
  const why = 'Maven could not fetch the jars of kpipe: a.b:c:jar:1.0 is in none of the repositories that it knows.';
  await expect(kpipe.prepare(() => undefined)).rejects.toThrow(new PeerMissing(why));
  expect(readdirSync(join(folder, 'cache', 'millrace'))).toEqual([]);
});

it('a peer that cannot be compiled says why', async () => {
  tool('go', `echo 'main.go:3: no such thing' >&2; exit 1`);
  tool('nice', 'shift 2; exec "$@"');
  await expect(bento.prepare(() => undefined)).rejects.toThrow('bento could not be built (main.go:3: no such thing).');
});

it('a peer that has been built is not built again', async () => {
  tool('go', `while [ "$1" != -o ]; do shift; done; : > "$2"`);
  tool('nice', 'shift 2; exec "$@"');
  const first = await bento.prepare(() => undefined);
  tool('go', 'exit 1');
  expect(await bento.prepare(() => undefined)).toEqual(first);
});

function tool(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
