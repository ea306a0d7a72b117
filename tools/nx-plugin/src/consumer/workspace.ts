import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { apps, type AppSpec, type PortSpec, standardPorts } from '@millrace/launcher';

/** An event that a consumer can hear. */
export interface KnownEvent {
  readonly type: string;
  readonly topic: string;
  /** The name by which libs/contracts exports its contract. */
  readonly contract: string;
  /** The names of its data's fields. */
  readonly fields: readonly string[];
}

/** What the workspace has when the generator begins. */
export interface Workspace {
  readonly events: readonly KnownEvent[];
  readonly topics: readonly { readonly name: string; readonly groups: readonly string[] }[];
  readonly apps: readonly Pick<AppSpec, 'name' | 'ports' | 'api'>[];
  readonly ports: readonly PortSpec[];
}

/** Reads the contracts and the launcher's table of the workspace that this plugin is in. */
export async function readWorkspace(root: string): Promise<Workspace> {
  const contracts = await readContracts(root);
  const events = Object.entries(contracts).flatMap(([name, value]) =>
    isContract(value) ? [{ type: value.type, topic: value.topic, contract: name, fields: fieldsOf(value) }] : [],
  );
  return { events, topics: contracts.topics, apps, ports: standardPorts };
}

interface Contract {
  readonly type: string;
  readonly topic: string;
  readonly examples: readonly [object, ...object[]];
}

type Contracts = Readonly<Record<string, unknown>> & Pick<Workspace, 'topics'>;

/** By path, at run time: a tool knows nothing of the libraries. */
const readContracts = async (root: string): Promise<Contracts> =>
  (await import(pathToFileURL(join(root, 'libs/contracts/src/index.ts')).href)) as Contracts;

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'schema' in value && 'topic' in value;

const fieldsOf = ({ examples: [example] }: Contract): readonly string[] => Object.keys(example);
