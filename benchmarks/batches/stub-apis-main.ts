// stub-apis in a process of its own: writes its control URL and its API's as a line of JSON, and lives until SIGTERM.
import { createStubApis } from '@millrace/testing/stub-apis';

const stub = createStubApis({ controlPort: 0, apiPorts: { analytics: 0 }, file: ':memory:' });
await stub.start();
console.log(JSON.stringify({ controlUrl: stub.controlUrl, url: stub.url('analytics') }));
process.once('SIGTERM', () => process.exit());
