import { expect, it } from 'vitest';
import { addLauncherEntry } from './add-launcher-entry.ts';

const plan = { api: 'crm', port: 8085 };

it('adds a line at the end of the table and leaves everything else as it is', () => {
  const table = `// the apps\nexport const apps: readonly AppSpec[] = [\n  one, // first\n  two, // last\n];\nconst more = [];\n`;
  expect(addLauncherEntry(table, plan)).toBe(
    `// the apps\nexport const apps: readonly AppSpec[] = [\n  one, // first\n  two, // last\nconsumerApp({ api: 'crm', port: 8085 }),];\nconst more = [];\n`,
  );
});

it('adds the comma that is missing, and none where nothing is before', () => {
  expect(addLauncherEntry('const apps = [one];', plan)).toBe(
    `const apps = [one,consumerApp({ api: 'crm', port: 8085 }),];`,
  );
  expect(addLauncherEntry('const apps = [];', plan)).toBe(`const apps = [consumerApp({ api: 'crm', port: 8085 }),];`);
});

it.each(['', 'export const table = [];', 'export const apps = make();'])('says what %o lacks', (table) => {
  expect(() => addLauncherEntry(table, plan)).toThrow('tools/launcher/src/apps.ts has no array called apps');
});
