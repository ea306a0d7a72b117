/** Every span, metric and attribute name of Millrace, in one place; OpenTelemetry's semantic conventions where they have a name. */

export const spanNames = {
  append: (eventType: string) => `append ${eventType}`,
  publish: (topic: string) => `publish ${topic}`,
  process: (topic: string) => `process ${topic}`,
  call: (method: string, api: string) => `${method} ${api}`,
} as const;

/** What each means is in docs/observing.md. In Prometheus dots become underscores, and counters end in `_total`. */
export const metricNames = {
  apiCallDuration: 'millrace.api.call.duration_seconds',
  breakerState: 'millrace.api.breaker.state',
  breakerProbeIn: 'millrace.api.breaker.probe_in_seconds',
  breakerOpenings: 'millrace.api.breaker.openings',
  consumerLag: 'millrace.consumer.lag',
  consumerHeld: 'millrace.consumer.held',
  consumerHotKeys: 'millrace.consumer.hot_keys',
  consumerScalingHelps: 'millrace.consumer.scaling_helps',
  partitionHeld: 'millrace.partition.held',
  partitionHeldBytes: 'millrace.partition.held_bytes',
  partitionRunning: 'millrace.partition.running',
  partitionRetrying: 'millrace.partition.retrying',
  partitionPaused: 'millrace.partition.paused',
  partitionFinishedBeyond: 'millrace.partition.finished_beyond',
  partitionMap: 'millrace.partition.map_characters',
  partitionOldestHeld: 'millrace.partition.oldest_held_seconds',
  partitionOldestAge: 'millrace.partition.oldest_age_seconds',
  partitionKeptFor: 'millrace.partition.kept_for_seconds',
  outcomes: 'millrace.consumer.outcomes',
  retries: 'millrace.consumer.retries',
  deadLetters: 'millrace.consumer.dead_letters',
  outboxDepth: 'millrace.outbox.depth',
  outboxAge: 'millrace.outbox.age_seconds',
  outboxPublished: 'millrace.outbox.published',
} as const;

export const attributeNames = {
  api: 'millrace.api',
  attempt: 'millrace.attempt',
  outcome: 'millrace.outcome',
  reason: 'millrace.reason',
  subscription: 'millrace.subscription',
  group: 'messaging.consumer.group.name',
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  offset: 'messaging.kafka.offset',
  messageId: 'messaging.message.id',
  messagingSystem: 'messaging.system',
  operation: 'messaging.operation.type',
  eventType: 'cloudevents.event_type',
  httpMethod: 'http.request.method',
  httpStatus: 'http.response.status_code',
  urlPath: 'url.path',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  errorType: 'error.type',
} as const;
