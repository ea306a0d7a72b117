import type { AppSpec } from '../app-spec.ts';
import { apps } from '../apps.ts';
import type { Environment } from '../environment.ts';

const fakeApp = 'tools/launcher/src/testing/fake-app.ts';

/** A stand-in for an app; one that runs once ends with 0 unless told otherwise by `env`. */
export const faked = (app: AppSpec): AppSpec => ({
  ...app,
  main: fakeApp,
  env: (facts): Environment => ({ ...(app.runs === 'once' ? { EXIT_CODE: '0' } : {}), ...app.env(facts) }),
});

/** The app table with stand-ins for every app. */
export const fakeApps: readonly AppSpec[] = apps.map(faked);
