import { chaosCommand } from './chaos-command.ts';

process.exit(await chaosCommand(process.argv.slice(2)));
