import { describe, expect, it } from 'vitest';
import { executable } from '../testing/executable.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { findPython } from './find-python.ts';

/** A PATH with these commands and nothing else. */
function pathWith(pythons: Readonly<Record<string, string>>): { readonly PATH: string } {
  const PATH = temporaryFolder();
  for (const [name, sh] of Object.entries(pythons)) executable(PATH, name, { sh });
  return { PATH };
}

describe('the Python for the API tests', () => {
  it('is the first on PATH that is new enough and makes virtual environments', async () => {
    const env = pathWith({
      python3: 'echo 3.10.13',
      'python3.13': "echo 'pyenv: python3.13: command not found' >&2; exit 127",
      'python3.12': 'echo 3.12.1',
      python: 'echo 3.14.0',
    });
    expect(await findPython(env)).toEqual({ path: `${env.PATH}/python3.12`, version: '3.12.1' });
  });

  it('where there is none, the error says what to install', async () => {
    await expect(findPython(pathWith({}))).rejects.toThrow(
      /^The API tests need Python 3\.11 or newer with venv: there is none on PATH\. Install it from https:/,
    );
  });

  it('where there are only wrong ones, the error says what is wrong with each', async () => {
    const env = pathWith({
      python3: `echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1`,
      python: 'echo 2.7.18',
    });
    await expect(findPython(env)).rejects.toThrow(
      "found only python3: ModuleNotFoundError: No module named 'ensurepip'; python: 2.7.18. Install",
    );
  });
});
