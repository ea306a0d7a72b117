// Starts a process that would run for ever, prints its id, and ends in the way that its argument names.
import { startProcess } from '../processes/start-process.ts';

const { pid } = await startProcess({ command: '/bin/sleep', args: ['600'], env: process.env, stdio: 'ignore' });
process.stdout.write(`${pid}\n`, () => {
  if (process.argv[2] === 'exception') throw new Error('nobody expects this');
  if (process.argv[2] === 'exit') process.exit(0);
  process.kill(process.pid, 'SIGKILL');
});
