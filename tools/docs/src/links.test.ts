import { globSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './root.ts';

const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  const headings = readFileSync(page, 'utf8').match(/^#+ .*$/gmu) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /u, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links of a page that lead nowhere. */
function broken(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```.*?```/gsu, '');
  return Array.from(text.matchAll(/\]\((?<to>[^)\s]+)\)/gu), (link) => link.groups?.['to'] ?? '').filter((to) => {
    if (/^[a-z]+:/u.test(to)) return false;
    const [path = '', anchor] = to.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), path);
    return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
  });
}

/** Files of this repository that a page names as such. */
function missing(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const named = Array.from(text.matchAll(/`(?<path>(?:libs|tools|e2e|benchmarks|docs)\/[\w./-]+)`/gu));
  return named.map((match) => match.groups?.['path'] ?? '').filter((path) => !existsSync(join(root, path)));
}

describe.each(pages)('%s', (page) => {
  it('links to what there is', () => expect(broken(page)).toEqual([]));
  it('names files that there are', () => expect(missing(page)).toEqual([]));
});

it('looks at all pages', () => expect(pages).toContain('docs/architecture.md'));
