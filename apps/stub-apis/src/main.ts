import { runService } from '@millrace/service';
import { registerControlRoutes, StubApiSet } from '@millrace/testing/stub-apis';
import { config } from './config.ts';

await runService({
  name: 'stub-apis',
  config,
  build: ({ config: { HOST, API_PORTS, DATABASE_URL }, log, http }) => {
    const apis = new StubApiSet({ host: HOST, apiPorts: API_PORTS, file: DATABASE_URL, log });
    registerControlRoutes(http, apis);
    return [apis];
  },
});
