import type { DeliveryOf } from '../engine/delivery.ts';
import { EventBatching } from './event-batching.ts';
import { EventDelivery, type EventDeliveryPorts, type SubscribedEvent } from './event-delivery.ts';
import { EventReader } from '../events/event-reader.ts';
import type { Subscription } from './subscription.ts';

/** A delivery for each record whose type, on its topic, is subscribed to. */
export function subscribedDeliveries(subscriptions: readonly Subscription[], ports: EventDeliveryPorts): DeliveryOf {
  const subscribedEvents = subscriptions.map((each) => subscribedEvent(each, subscriptions, ports));
  const byTopic = Map.groupBy(subscribedEvents, ({ subscription }) => subscription.contract.topic);
  return (record) => {
    const subscribed = byTopic.get(record.topic)?.find(({ reader }) => reader.isOfType(record));
    return subscribed && new EventDelivery(record, subscribed, ports);
  };
}

function subscribedEvent(
  subscription: Subscription,
  all: readonly Subscription[],
  ports: EventDeliveryPorts,
): SubscribedEvent {
  const { contract, batch } = subscription;
  const heard = all.filter((each) => each.contract.topic === contract.topic);
  return {
    subscription,
    reader: new EventReader(contract),
    heardTypes: heard.map((each) => each.contract.type),
    batching: batch && new EventBatching({ subscription, ...batch }, ports),
  };
}
