export type { ApiName } from './kafka-frame.ts';
export { type Fate, KafkaProxy, type Meddling, type PassingRequest } from './kafka-proxy.ts';
export { type RowData, rowEvent } from './row-event.ts';
export { type Replicas, type TopicConfigs, TopicRig } from './topic-rig.ts';
