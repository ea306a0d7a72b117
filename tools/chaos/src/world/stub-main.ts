// One API in a process of its own, with a journal of all that it sees: `node stub-main.ts <journal>`.
import { createStubApis } from '@millrace/testing/stub-apis';
import { openJournal } from '../member/journal.ts';
import { apiName, type StubAddress } from './stub-process.ts';

const stub = createStubApis({
  controlPort: 0,
  apiPorts: { [apiName]: 0 },
  file: ':memory:',
  watch: openJournal(process.argv[2] ?? ''),
});
process.on('disconnect', () => process.exit());
await stub.start();
process.send?.({ controlUrl: stub.controlUrl, apiUrl: stub.url(apiName) } satisfies StubAddress);
