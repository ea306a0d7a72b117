import type { AppSpec } from './app-spec.ts';
import { loopback } from './loopback.ts';

export interface ConsumerAppOptions {
  /** What its API is called; the app is `<api>-consumer` and reads `<API>_API_URL` and `<API>_API_TOKEN`. */
  readonly api: string;
  /** Where it listens unless `<API>_CONSUMER_PORT` says otherwise. */
  readonly port: number;
  /** The variable with the port that stub-apis serves the API on. @default none: it is behind that of stub-apis */
  readonly apiPort?: string;
}

/** A consumer app as the launcher sees it; stub-apis stands in for its API. */
export function consumerApp({ api, port: standard, apiPort }: ConsumerAppOptions): AppSpec {
  const name = `${api}-consumer`;
  const prefix = api.toUpperCase().replaceAll('-', '_');
  const portVariable = `${prefix}_CONSUMER_PORT`;
  return {
    name,
    main: `apps/${name}/src/main.ts`,
    runs: 'on',
    needs: ['kafka', 'topics', 'stub-apis'],
    ports: [{ variable: portVariable, standard, purpose: name }],
    env: ({ brokers, port, token }) => ({
      PORT: `${port(portVariable)}`,
      KAFKA_BROKERS: brokers,
      [`${prefix}_API_URL`]: apiPort ? loopback(port(apiPort)) : `${loopback(port('STUB_APIS_PORT'))}/apis/${api}`,
      [`${prefix}_API_TOKEN`]: token(api),
    }),
  };
}
