import type { ApiSpec, AppSpec } from './app-spec.ts';
import { loopback } from './loopback.ts';

export interface ConsumerAppOptions {
  /** What its API is called; the app is `<api>-consumer` and reads `<API>_API_URL` and `<API>_API_TOKEN`. */
  readonly api: string;
  /** Where it listens unless `<API>_CONSUMER_PORT` says otherwise. */
  readonly port: number;
  /** The variable with the port that stub-apis serves the API on. @default none: it is behind that of stub-apis */
  readonly apiPort?: string;
}

/** How the variables of an API and of its consumer app begin: `CRM`. */
export const envPrefix = (api: string): string => api.toUpperCase().replaceAll('-', '_');

/** A consumer app as the launcher sees it; stub-apis stands in for its API. */
export function consumerApp(options: ConsumerAppOptions): AppSpec {
  const api = apiOf(options);
  const name = `${api.name}-consumer`;
  const prefix = envPrefix(api.name);
  const portVariable = `${prefix}_CONSUMER_PORT`;
  return {
    name,
    main: `apps/${name}/src/main.ts`,
    runs: 'on',
    needs: ['kafka', 'topics', 'stub-apis'],
    ports: [{ variable: portVariable, standard: options.port, purpose: name }],
    api,
    env: ({ brokers, port, token }) => ({
      PORT: `${port(portVariable)}`,
      KAFKA_BROKERS: brokers,
      [`${prefix}_API_URL`]: api.url(port),
      [`${prefix}_API_TOKEN`]: token(api.name),
    }),
  };
}

const apiOf = ({ api, apiPort }: ConsumerAppOptions): ApiSpec => ({
  name: api,
  url: (port) => (apiPort ? loopback(port(apiPort)) : `${loopback(port('STUB_APIS_PORT'))}/apis/${api}`),
});
