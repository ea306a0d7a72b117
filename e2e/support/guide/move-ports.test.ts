import { expect, it } from 'vitest';
import { movePorts } from './move-ports.ts';
import type { RunStep } from './parse-guide.ts';

const moved = new Map([
  [8080, 41_000],
  [8090, 41_001],
]);
const step: RunStep = { kind: 'run', line: 7, commands: '', how: 'once', shows: [] };

it('commands and what they print name the ports that the system has been moved to', () => {
  const commands = 'curl localhost:8080/register -d \'{"port":8080}\'\ncurl http://localhost:8090/stats';
  expect(movePorts({ ...step, commands, shows: ['up at localhost:8080'] }, moved)).toEqual({
    ...step,
    commands: 'curl localhost:41000/register -d \'{"port":8080}\'\ncurl http://localhost:41001/stats',
    shows: ['up at localhost:41000'],
  });
});

it('a file stays as it is', () => {
  const write = { kind: 'write', line: 1, file: 'a.ts', text: "'localhost:8080'" } as const;
  expect(movePorts(write, moved)).toBe(write);
});

it('a port that is none of the system is refused', () => {
  expect(() => movePorts({ ...step, commands: 'curl localhost:808' }, moved)).toThrow(
    'line 7: nothing of the system listens on port 808',
  );
});
