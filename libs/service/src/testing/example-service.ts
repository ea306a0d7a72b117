import { setTimeout as sleep } from 'node:timers/promises';
import { port } from '../config-fields.ts';
import { runService } from '../run-service.ts';

/** A service for run-service's test, run as a process of its own: its part takes a moment to stop, `/slow` to answer. */
await runService({
  name: 'example',
  config: { PORT: port(0) },
  build: ({ http, log }) => {
    let ready = false;
    http.get('/slow', async () => {
      log.info('slow request began');
      await sleep(300);
      return { answered: true };
    });
    http.post('/ready', async () => {
      ready = true;
    });
    return [
      {
        name: 'part',
        start: async () => log.info('part started'),
        notReady: () => (ready ? undefined : 'waiting to be told'),
        stop: async () => log.info('part stopped'),
      },
    ];
  },
});
