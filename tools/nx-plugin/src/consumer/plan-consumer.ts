import { names, type Tree } from '@nx/devkit';
import { envPrefix } from '@millrace/launcher';
import { checkApiName } from './api-name.ts';
import { chooseEvents } from './choose-events.ts';
import { choosePort } from './choose-port.ts';
import { GeneratorError } from './generator-error.ts';
import type { KnownEvent, Workspace } from './workspace.ts';

/** What the generator was asked for, as schema.json describes it. */
export interface ConsumerOptions {
  readonly name?: string;
  /** A list where it is given several times, true where it is given without a value. */
  readonly event?: string | readonly string[] | true;
  readonly port?: number;
}

/** What there will be, under every name that it has. */
export interface ConsumerPlan {
  /** `crm`: the API, and the consumer group. */
  readonly api: string;
  /** `crm-consumer` */
  readonly app: string;
  /** `apps/crm-consumer` */
  readonly folder: string;
  /** `CRM`: how its variables begin. */
  readonly prefix: string;
  readonly port: number;
  readonly events: readonly PlannedEvent[];
}

/** An event that it will hear, and what becomes of it. */
export interface PlannedEvent extends KnownEvent {
  /** `postUserRegistered` */
  readonly handler: string;
  /** `post-user-registered`, without an ending. */
  readonly file: string;
  /** `/user-registered` */
  readonly path: string;
  /** `crm-user-registered`: how the idempotency keys begin. */
  readonly subscription: string;
}

/** Settles every name and port. A GeneratorError says what is wrong with what was asked for. */
export function planConsumer(
  { name, event = [], port }: ConsumerOptions,
  workspace: Workspace,
  tree: Tree,
): ConsumerPlan {
  const api = checkApiName(name);
  const app = `${api}-consumer`;
  const folder = `apps/${app}`;
  const events = chooseEvents(event === true ? [] : [event].flat(), workspace.events).map((each) =>
    plannedEvent(api, each),
  );
  if (tree.exists(folder)) throw new GeneratorError(`${folder} exists. Choose another name, or delete it first.`);
  if (workspace.apps.some((each) => each.name === app || each.api?.name === api))
    throw new GeneratorError(`tools/launcher/src/apps.ts has a ${app}. Choose another name, or delete its line first.`);
  const topic = workspace.topics.find(({ groups }) => groups.includes(api));
  if (topic)
    throw new GeneratorError(
      `libs/contracts/src/topics.ts has a group ${api} at ${topic.name}. Choose another name, or delete it first.`,
    );
  return { api, app, folder, prefix: envPrefix(api), port: choosePort(port, workspace), events };
}

function plannedEvent(api: string, event: KnownEvent): PlannedEvent {
  const { className, fileName } = names(event.type);
  return {
    ...event,
    handler: `post${className}`,
    file: `post-${fileName}`,
    path: `/${fileName}`,
    subscription: `${api}-${fileName}`,
  };
}
