import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.ts';

/** Which of these APIs hear of events of `type`, by what their consumer apps subscribe to. */
export async function hearersOf(type: string, apis: readonly string[]): Promise<readonly string[]> {
  const heard = await Promise.all(apis.map(eventsHeardBy));
  return apis.filter((_, index) => heard[index]?.includes(type));
}

/** What an app exports from its `consumer.ts`, as far as it matters here. */
interface ConsumerModule {
  consumer(api: object): { readonly subscriptions: readonly { readonly contract: { readonly type: string } }[] };
}

/** By path, at run time: nobody imports an app. */
async function eventsHeardBy(api: string): Promise<readonly string[]> {
  const file = join(root, 'apps', `${api}-consumer`, 'src', 'consumer.ts');
  const { consumer } = (await import(pathToFileURL(file).href)) as ConsumerModule;
  return consumer({}).subscriptions.map(({ contract }) => contract.type);
}
