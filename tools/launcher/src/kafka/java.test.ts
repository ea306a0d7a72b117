import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { executable } from '../testing/executable.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { findJava, javaMajor } from './java.ts';

it.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_402"', 8],
  ['openjdk version "24" 2025-03-18', 24],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
])('%s is Java %s', (output, major) => {
  expect(javaMajor(output)).toBe(major);
});

it('JAVA_HOME wins over PATH', async () => {
  const home = temporaryFolder();
  mkdirSync(join(home, 'bin'));
  const java = fakeJava(join(home, 'bin'), '21');
  expect(await findJava({ PATH: join(fakeJava(temporaryFolder(), '17'), '..'), JAVA_HOME: home })).toEqual({
    command: java,
  });
});

it('says which Java is missing, too old or broken', async () => {
  const old = temporaryFolder();
  const java = fakeJava(old, '11');
  expect(await findJava({ PATH: temporaryFolder() })).toEqual({ missing: 'no JDK 17+ (java is not on PATH)' });
  expect(await findJava({ PATH: old })).toEqual({ missing: `no JDK 17+ (${java} is 11)` });
  expect(await findJava({ PATH: old, JAVA_HOME: '/gone' })).toEqual({
    missing: 'no JDK 17+ (java of JAVA_HOME=/gone does not run)',
  });
});

function fakeJava(folder: string, version: string): string {
  return executable(folder, 'java', { sh: `echo 'openjdk version "${version}"' >&2` });
}
