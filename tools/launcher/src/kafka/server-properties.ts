export interface ServerProperties {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
}

/** The configuration of a single Kafka that is broker and controller, on the loopback address only. */
export function serverProperties({ port, controllerPort, dataDir }: ServerProperties): string {
  const address = (at: number): string => `127.0.0.1:${at}`;
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${address(controllerPort)}`,
    listeners: `CLIENT://${address(port)},CONTROLLER://${address(controllerPort)}`,
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
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}
