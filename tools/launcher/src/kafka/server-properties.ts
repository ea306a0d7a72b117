export interface ServerProperties {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** Its number in the cluster. Number 1 is the controller, too. @default 1 */
  readonly nodeId?: number;
  /** What is to be other than below. */
  readonly settings?: BrokerSettings;
}

/** Properties of a broker by name. */
export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/** The configuration of one Kafka of a cluster, which may be all of it, on the loopback address only. */
export function serverProperties({
  port,
  controllerPort,
  dataDir,
  nodeId = 1,
  settings = {},
}: ServerProperties): string {
  const address = (at: number): string => `127.0.0.1:${at}`;
  const properties: BrokerSettings = {
    ...roles(nodeId, `CLIENT://${address(port)}`, `CONTROLLER://${address(controllerPort)}`),
    'node.id': nodeId,
    'controller.quorum.voters': `1@${address(controllerPort)}`,
    'advertised.listeners': `CLIENT://${address(port)}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    // A backslash begins an escape in a properties file.
    'log.dirs': dataDir.replaceAll('\\', '\\\\'),
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    ...settings,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

function roles(nodeId: number, client: string, controller: string): BrokerSettings {
  return nodeId === 1
    ? { 'process.roles': 'broker,controller', listeners: `${client},${controller}` }
    : { 'process.roles': 'broker', listeners: client };
}
