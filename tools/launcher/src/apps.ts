import type { AppSpec } from './app-spec.ts';
import { consumerApp } from './consumer-app.ts';
import { loopback } from './loopback.ts';

/** Every app of the worked example, each after those it needs. */
export const apps: readonly AppSpec[] = [
  {
    name: 'topics',
    main: 'apps/topics/src/main.ts',
    runs: 'once',
    needs: ['kafka'],
    ports: [],
    env: ({ brokers }) => ({ KAFKA_BROKERS: brokers }),
  },
  {
    name: 'stub-apis',
    main: 'apps/stub-apis/src/main.ts',
    runs: 'on',
    needs: [],
    ports: [
      { variable: 'STUB_APIS_PORT', standard: 8090, purpose: 'stub-apis' },
      { variable: 'NOTIFICATION_API_PORT', standard: 8091, purpose: 'the notification API of stub-apis' },
      { variable: 'ANALYTICS_API_PORT', standard: 8092, purpose: 'the analytics API of stub-apis' },
    ],
    env: ({ dataDir, port }) => ({
      PORT: `${port('STUB_APIS_PORT')}`,
      API_PORTS: `notification=${port('NOTIFICATION_API_PORT')},analytics=${port('ANALYTICS_API_PORT')}`,
      DATABASE_URL: `file:${dataDir}/stub-apis.db`,
    }),
  },
  {
    name: 'user-service',
    main: 'apps/user-service/src/main.ts',
    runs: 'on',
    needs: ['kafka', 'topics'],
    ports: [{ variable: 'USER_SERVICE_PORT', standard: 8081, purpose: 'user-service' }],
    env: ({ brokers, dataDir, port }) => ({
      PORT: `${port('USER_SERVICE_PORT')}`,
      KAFKA_BROKERS: brokers,
      DATABASE_URL: `file:${dataDir}/users.db`,
    }),
  },
  {
    name: 'gateway',
    main: 'apps/gateway/src/main.ts',
    runs: 'on',
    needs: [],
    ports: [{ variable: 'GATEWAY_PORT', standard: 8080, purpose: 'gateway' }],
    env: ({ port }) => ({
      PORT: `${port('GATEWAY_PORT')}`,
      USER_SERVICE_URL: loopback(port('USER_SERVICE_PORT')),
    }),
  },
  consumerApp({ api: 'notification', port: 8083, apiPort: 'NOTIFICATION_API_PORT' }),
  consumerApp({ api: 'analytics', port: 8084, apiPort: 'ANALYTICS_API_PORT' }),
];
