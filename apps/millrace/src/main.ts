#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Most of the time of a short command is compiling what it imports.
enableCompileCache();
const { main } = await import('./run.ts');
process.exit(await main(process.argv.slice(2)));
