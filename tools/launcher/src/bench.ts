// `npm run bench -- [name]`: the benchmarks are a package above this one, so they are started, not imported.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.ts';

await import(pathToFileURL(join(root, 'benchmarks', 'run.ts')).href);
