import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { readReport } from './read-report.ts';

const read = (report: object | string) => {
  const file = join(temporaryFolder(), 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  return readReport(file);
};
const fine = { exit_code: 0, operations: { selected: 5, tested: 5 }, failures: [] };

it('counts the operations that hold to the document', async () => {
  expect(await read(fine)).toEqual({ passed: 5, failed: 0, skipped: [] });
});

it('counts an operation with several failures once', async () => {
  const failures = [{ operations: ['GET /a', 'GET /b'] }, { operations: ['GET /a'] }];
  expect(await read({ ...fine, exit_code: 1, failures })).toMatchObject({ passed: 3, failed: 2 });
});

it('counts operations that were not tested as failed', async () => {
  const operations = { selected: 5, tested: 2 };
  expect(await read({ ...fine, exit_code: 1, operations })).toMatchObject({ passed: 2, failed: 3 });
});

it('never calls a run that ended badly a good one', async () => {
  expect(await read({ ...fine, exit_code: 1 })).toMatchObject({ passed: 5, failed: 1 });
  expect(await read('half a rep')).toMatchObject({ passed: 0, failed: 1 });
  expect(await readReport(join(temporaryFolder(), 'none.json'))).toMatchObject({ passed: 0, failed: 1 });
});
