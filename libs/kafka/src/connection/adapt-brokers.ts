import type { Broker, Cluster } from 'kafkajs';

/** A request as kafkajs hands it to a broker's connections, with what reads its answer. */
export interface ProtocolRequest {
  readonly request: { readonly apiName: string; readonly apiVersion: number };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    /** Throws what the answer says went wrong. */
    readonly parse: (answer: unknown) => Promise<unknown>;
  };
}

/** What kafkajs' types do not show of a broker. */
export interface AskedBroker extends Broker {
  readonly connectionPool: { send(request: ProtocolRequest): Promise<unknown> };
  fetch(request: object): Promise<unknown>;
}

interface BrokerPool {
  createBroker(options: object): AskedBroker;
}

/** Lets `adapt` change each broker of the cluster as kafkajs makes it. To be called before the cluster connects. */
export function adaptBrokers(cluster: Cluster, adapt: (broker: AskedBroker) => void): void {
  const { brokerPool } = cluster as { readonly brokerPool?: BrokerPool };
  if (!brokerPool) throw new Error('kafkajs keeps its brokers elsewhere: this needs kafkajs 2.2.4');
  const create = brokerPool.createBroker.bind(brokerPool);
  brokerPool.createBroker = (options) => {
    const broker = create(options);
    adapt(broker);
    return broker;
  };
}

/** Has all that a broker is asked go through `change` first. */
export function changeRequests(
  { connectionPool }: AskedBroker,
  change: (request: ProtocolRequest) => ProtocolRequest,
): void {
  const send = connectionPool.send.bind(connectionPool);
  connectionPool.send = (request) => send(change(request));
}

/** A request of which the answer is read by `read`. */
export function readBy(request: ProtocolRequest, read: Partial<ProtocolRequest['response']>): ProtocolRequest {
  return { ...request, response: { ...request.response, ...read } };
}
