#!/usr/bin/env node
// JavaScript, so that Node need not load what reads TypeScript: what it imports was compiled the last time.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('../src/run.ts');
process.exit(await main(process.argv.slice(2)));
