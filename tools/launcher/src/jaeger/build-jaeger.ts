import { join } from 'node:path';
import { buildGo, type BuildGoOptions } from '../build-go.ts';
import { root } from '../root.ts';
import { builtJaeger } from './jaeger-binary.ts';

/** Builds Jaeger from tools/jaeger into the user's cache, and resolves with its path. */
export function buildJaeger(options: Pick<BuildGoOptions, 'env' | 'onPackages' | 'signal'>): Promise<string> {
  const folder = join(root, 'tools', 'jaeger');
  const of = { name: 'Jaeger', folder, package: 'github.com/jaegertracing/jaeger/cmd/jaeger' };
  return buildGo({ ...options, ...of, target: builtJaeger(options.env) });
}
