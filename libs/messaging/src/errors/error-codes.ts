/** What can go wrong, in one table; docs/errors.md shows the same one. `retryable`: the same attempt may succeed later. */
export const errorCodes = {
  API_REJECTED: { retryable: false, meaning: 'The API answered with a 4xx: this request will never be accepted.' },
  API_REFUSED: {
    retryable: true,
    meaning: 'The API refuses us, not the record: 401, 403, or it rejects most of what it gets.',
  },
  API_UNAVAILABLE: {
    retryable: true,
    meaning: 'The API answered 5xx, 408, 425 or 429: it may accept the same request later.',
  },
  API_TIMEOUT: {
    retryable: true,
    meaning: 'The API did not answer in time; whether it acted on the request is unknown.',
  },
  API_UNREACHABLE: { retryable: true, meaning: 'No connection to the API, or it broke before an answer came.' },
  CALL_ABORTED: { retryable: true, meaning: 'The caller gave up, because the service stops or lost the partition.' },
  CALL_CLAIMED: {
    retryable: true,
    meaning:
      'Another call has claimed the same event in the idempotency store; it is asked again until that has ended.',
  },
  CALL_UNCERTAIN: {
    retryable: false,
    meaning: 'The API may have acted on the call, would act again on another one, and nobody knows: ask its owner.',
  },
  INVALID_EVENT: {
    retryable: false,
    meaning: 'A record of a subscribed type, or data about to be published, is no valid event of its contract.',
  },
  KEY_OVERFLOW: {
    retryable: false,
    meaning: "Too much waited for the record's key, and the consumer says `overflow: 'dead-letter'`.",
  },
  RETENTION_NEAR: {
    retryable: false,
    meaning: 'Retention was about to delete the record before it was called, and the consumer says `parkBeforeMs`.',
  },
  LEASE_LOST: {
    retryable: true,
    meaning: 'The partition belongs to another member now; its offsets are no longer ours to commit.',
  },
  OFFSETS_MISSING: {
    retryable: false,
    meaning: "The group has no offsets in a partition, and `startAt: 'committed'` lets it choose none.",
  },
  BROKER_UNAVAILABLE: { retryable: true, meaning: 'Kafka could not be reached or did not acknowledge in time.' },
  RECORD_REFUSED: { retryable: false, meaning: 'Kafka will never accept this record, e.g. because it is too large.' },
  TOPIC_MISSING: {
    retryable: true,
    meaning: 'A topic that the service needs does not exist yet; the topics program makes it.',
  },
  CONFIG_INVALID: {
    retryable: false,
    meaning: 'Environment variables or options are missing or wrong; each is named.',
  },
  DATABASE_UNAVAILABLE: {
    retryable: true,
    meaning: 'The database could not be opened or did not carry out a statement.',
  },
  UNEXPECTED: {
    retryable: true,
    meaning: 'Something nobody foresaw; kept and tried again, since giving up would lose an event.',
  },
} as const satisfies Readonly<Record<string, { readonly retryable: boolean; readonly meaning: string }>>;

export type ErrorCode = keyof typeof errorCodes;
