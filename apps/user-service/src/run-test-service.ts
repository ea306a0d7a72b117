import { startTestService } from './start-test-service.ts';

/** A process of its own for tests that kill it: the test service on the directory given, its URL on standard output. */
const [, , directory = ''] = process.argv;
const { url } = await startTestService({ directory });
process.stdout.write(`${url}\n`);
