import { stringify } from 'yaml';

/** For readers of all ages: no aliases, and quotes around what YAML 1.1 takes for a time or a boolean. */
const options = { compat: 'yaml-1.1', aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true } as const;

/** A generated document as YAML, the same text for the same document; `madeFrom` says in its first line what to change. */
export function yamlPage(document: object, madeFrom: string): string {
  const head = `# Written by \`npm run docs\` from ${madeFrom}; \`npm run check\` compares.`;
  return `${head}\n${stringify(document, options)}`;
}
