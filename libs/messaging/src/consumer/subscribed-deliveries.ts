import type { DeliveryOf } from '../engine/delivery.ts';
import { EventBatching } from './event-batching.ts';
import { EventDelivery, type EventDeliveryPorts, type SubscribedEvent } from './event-delivery.ts';
import { EventReader } from '../events/event-reader.ts';
import type { Subscription } from './subscription.ts';

/** A delivery for each record whose type, on its topic, is subscribed to. */
export function subscribedDeliveries(subscriptions: readonly Subscription[], ports: EventDeliveryPorts): DeliveryOf {
  const byTopic = Map.groupBy(
    subscriptions.map((each) => subscribedEvent(each, ports)),
    ({ subscription }) => subscription.contract.topic,
  );
  return (record) => {
    const subscribed = byTopic.get(record.topic)?.find(({ reader }) => reader.isOfType(record));
    return subscribed && new EventDelivery(record, subscribed, ports);
  };
}

function subscribedEvent(subscription: Subscription, ports: EventDeliveryPorts): SubscribedEvent {
  const batching = subscription.batch && new EventBatching({ subscription, ...subscription.batch }, ports);
  return { subscription, reader: new EventReader(subscription.contract), batching };
}
