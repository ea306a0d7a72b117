import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder, copyJars, findOnPath, LaunchError, runCommand } from '@millrace/launcher';
import { sourceHash } from '../source-hash.ts';

export interface JavaPeer {
  readonly name: string;
  /** Holds its pom.xml, a child of the one beside this file, and its classes, which are compiled with those beside this file. */
  readonly folder: string;
  /** The Java that it runs on. */
  readonly java: string;
  /** Of the Java that its sources are written in. */
  readonly release: number;
  readonly onProgress: (what: string) => void;
}

const shared = fileURLToPath(new URL('.', import.meta.url));
const env = process.env;
const downloadLimitMs = 300_000;
const compileLimitMs = 120_000;

/** Resolves with the class path of a peer, fetched and compiled where that has not been done. Rejects with a LaunchError. */
export async function buildJavaPeer(peer: JavaPeer): Promise<string> {
  const { name, folder, release } = peer;
  const sources = [...(await filesIn(shared, '.java')), ...(await filesIn(folder, '.java'))];
  const poms = [join(shared, 'pom.xml'), join(folder, 'pom.xml')];
  const hash = await sourceHash([...sources, ...poms], `${release}`);
  const built = await cachedFolder(`${name}-${hash}`, env, async (into) => {
    await fetchJars(peer, into);
    await compile(peer, into, sources);
  });
  return classPath(built);
}

async function fetchJars({ name, folder, onProgress }: JavaPeer, into: string): Promise<void> {
  if ((await findOnPath('mvn', env)) === undefined) throw new LaunchError('no Maven (mvn is not on PATH)');
  const onFiles = (count: number): void => onProgress(`${count} files downloaded`);
  const jars = { pomFolder: folder, into: join(into, 'jars'), of: `the jars of ${name}` };
  await copyJars({ ...jars, env, onFiles, limitMs: downloadLimitMs });
}

/** By the Eclipse compiler, which is one of the jars, so that a runtime is enough. */
async function compile({ name, java, release, onProgress }: JavaPeer, into: string, sources: string[]): Promise<void> {
  onProgress('compiling');
  const compiler = ['-cp', classPath(into), 'org.eclipse.jdt.internal.compiler.batch.Main'];
  const options = [`-${release}`, '-proc:none', '-nowarn', '-d', join(into, 'classes')];
  const run = { env, limitMs: compileLimitMs };
  const { ok, lines } = await runCommand(java, [...compiler, ...options, ...sources], run);
  if (!ok) throw new LaunchError(`${name} could not be compiled: ${lines.join(' ')}`);
}

function classPath(built: string): string {
  return [join(built, 'classes'), join(built, 'jars', '*')].join(delimiter);
}

async function filesIn(folder: string, suffix: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
}
