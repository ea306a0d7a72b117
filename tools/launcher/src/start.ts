import { startCommand } from './demo/start-command.ts';

process.exit(await startCommand({ args: process.argv.slice(2), env: process.env }));
