import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command called `name` in `folder`: a shell script, or JavaScript for this Node. Returns its path. */
export function executable(
  folder: string,
  name: string,
  script: { readonly sh: string } | { readonly js: string },
): string {
  const path = join(folder, name);
  const text = 'sh' in script ? `#!/bin/sh\n${script.sh}\n` : `#!${process.execPath}\n${script.js}\n`;
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
