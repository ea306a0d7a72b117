import type { AppSpec } from '../app-spec.ts';
import { apps } from '../apps.ts';
import type { Environment } from '../environment.ts';

const fakeApp = 'tools/launcher/src/testing/fake-app.ts';

/** The app table with stand-ins for every app; one that runs once ends with 0 unless told otherwise by `env`. */
export const fakeApps: readonly AppSpec[] = apps.map((app) => ({
  ...app,
  main: fakeApp,
  env: (facts): Environment => ({ ...(app.runs === 'once' ? { EXIT_CODE: '0' } : {}), ...app.env(facts) }),
}));
