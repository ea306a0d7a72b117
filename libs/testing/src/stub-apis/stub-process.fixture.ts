import { createStubApis } from './create-stub-apis.ts';

/** A stub as a process, for tests that kill it: `node stub-process.fixture.ts <file>` prints its URLs as one JSON line. */
const [, , file = ':memory:'] = process.argv;
const stub = createStubApis({ controlPort: 0, apiPorts: { notification: 0 }, file });
await stub.start();
const urls = { controlUrl: stub.controlUrl, notificationUrl: stub.url('notification') };
process.stdout.write(`${JSON.stringify(urls)}\n`);
