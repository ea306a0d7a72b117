import type { Logger } from '@millrace/telemetry';
import type { Component } from './component.ts';

/** Starts components in order; when one fails, those already started are stopped again and the failure is thrown. */
export async function startAll(components: readonly Component[], log: Logger): Promise<void> {
  const started: Component[] = [];
  for (const component of components) {
    try {
      await component.start();
      started.push(component);
    } catch (error) {
      await stopAll([...started, component], log);
      throw error;
    }
  }
}

/** Stops components in reverse order. One that fails is logged and does not keep the others from stopping; true if all went well. */
export async function stopAll(components: readonly Component[], log: Logger): Promise<boolean> {
  let clean = true;
  for (const component of components.toReversed()) {
    try {
      await component.stop();
    } catch (error) {
      clean = false;
      log.error({ err: error, component: component.name }, 'component did not stop cleanly');
    }
  }
  return clean;
}
