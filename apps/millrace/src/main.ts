import { main } from './run.ts';

// For images, whose programs all have this name; elsewhere it is bin/millrace.js.
process.exit(await main(process.argv.slice(2)));
