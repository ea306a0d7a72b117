import type { Environment } from '../environment.ts';
import { runCommand } from '../processes/run-command.ts';

// Long enough for a desktop's engine that has been asleep; where there is none the answer comes at once.
const limitMs = 5_000;

/** Undefined where a Docker engine and its compose can be used; else why not, in a few words. */
export async function whyNoDocker(env: Environment, signal?: AbortSignal): Promise<string | undefined> {
  const options = { env, limitMs, signal };
  const [engine, compose] = await Promise.all([
    runCommand('docker', ['version', '--format', '{{.Server.Version}}'], options),
    runCommand('docker', ['compose', 'version', '--short'], options),
  ]);
  if (!engine.ok) return 'no Docker engine answers';
  return compose.ok ? undefined : 'Docker has no compose plugin';
}
