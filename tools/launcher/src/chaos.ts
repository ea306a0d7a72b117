// `npm run chaos`: a package above this one, so it is started, not imported.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.ts';

await import(pathToFileURL(join(root, 'tools', 'chaos', 'src', 'main.ts')).href);
