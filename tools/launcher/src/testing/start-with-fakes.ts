// `npm start` with stand-ins for the apps, for tests of the whole process.
import { startCommand } from '../demo/start-command.ts';
import { fakeApps } from './fake-apps.ts';

process.exit(await startCommand({ args: process.argv.slice(2), env: process.env, apps: fakeApps }));
