import type { z } from 'zod';
import { type FromApp, fromApps } from '../from-apps.ts';
import { readProject } from '../read-project.ts';
import { yamlPage } from '../yaml-page.ts';
import { openapi } from './openapi.ts';
import type { Api } from './read-routes.ts';

/** The pages of docs/openapi by their files, one for each app that has a `src/api.ts`; written when asked for. */
export async function openApiPages(): Promise<Readonly<Record<string, () => Promise<string>>>> {
  const configs = await fromApps<{ readonly PORT: z.ZodType<number> }>('config');
  const urlOf = (name: string) =>
    `http://127.0.0.1:${configs.find(({ app }) => app === name)?.value.PORT.parse(undefined)}`;
  const page =
    ({ app, value }: FromApp<Api>) =>
    async () =>
      yamlPage(
        await openapi(value, { project: await readProject(), url: urlOf(app) }),
        `the schemas in apps/${app}/src/api.ts's routes`,
      );
  const apis = await fromApps<Api>('api');
  return Object.fromEntries(apis.map((api) => [`docs/openapi/${api.app}.yaml`, page(api)]));
}
