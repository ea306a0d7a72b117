import { registerControlRoutes } from '@millrace/testing/stub-apis';

/** What docs/openapi/stub-apis.yaml describes. */
export const api = {
  title: 'stub-apis',
  description:
    'Stands in for any number of APIs, by name, which can be told to be slow, to fail, to hang; and tells what they did.',
  routes: registerControlRoutes,
};
