import type { DeliveryOf } from '../engine/delivery.ts';
import { EventDelivery, type EventDeliveryPorts } from './event-delivery.ts';
import { eventTypeOf } from '../events/event-envelope.ts';
import type { Subscription } from './subscription.ts';

/** A delivery for each record whose type, on its topic, is subscribed to. */
export function subscribedDeliveries(subscriptions: readonly Subscription[], ports: EventDeliveryPorts): DeliveryOf {
  const byEvent = new Map(subscriptions.map((each) => [eventKey(each.contract.topic, each.contract.type), each]));
  return (record) => {
    const type = eventTypeOf(record);
    const subscription = type === undefined ? undefined : byEvent.get(eventKey(record.topic, type));
    return subscription && new EventDelivery(record, subscription, ports);
  };
}

function eventKey(topic: string, type: string): string {
  return `${topic} ${type}`;
}
