import { type AppSpec, apps } from '@millrace/launcher';

export interface ServiceTableOptions {
  readonly replicas: number;
  readonly databaseUrl: string;
  /** Where the gateway finds user-service. */
  readonly userServiceUrl: string;
  /** By the replica's name: where it reaches brokers, by `host:port`. */
  readonly routes: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

const secret = 'of chaos, the same in all of its processes';

export const replicaNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `user-service-${at + 1}`);

/** The apps of the worked example, with several user-services on one PostgreSQL in the place of the one on SQLite. */
export function serviceTable(options: ServiceTableOptions): readonly AppSpec[] {
  return apps.flatMap((app) => {
    if (app.name === 'user-service') return replicaNames(options.replicas).map((name) => replica(name, app, options));
    return app.name === 'gateway' ? [gateway(app, options)] : [app];
  });
}

/** Without password hashes, which would be most of its work. */
function replica(name: string, app: AppSpec, { databaseUrl, routes }: ServiceTableOptions): AppSpec {
  const variable = `${name.toUpperCase().replaceAll('-', '_')}_PORT`;
  return {
    ...app,
    name,
    main: 'apps/user-service/src/run-replica.ts',
    ports: [{ variable, standard: 0, purpose: name }],
    env: ({ brokers, port }) => ({
      PORT: `${port(variable)}`,
      KAFKA_BROKERS: brokers,
      KAFKA_ROUTES: JSON.stringify(routes.get(name) ?? {}),
      DATABASE_URL: databaseUrl,
      IDEMPOTENCY_SECRET: secret,
    }),
  };
}

function gateway(app: AppSpec, { userServiceUrl }: ServiceTableOptions): AppSpec {
  return { ...app, env: ({ port }) => ({ PORT: `${port('GATEWAY_PORT')}`, USER_SERVICE_URL: userServiceUrl }) };
}
