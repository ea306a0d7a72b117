/** The name Kafka's protocol has for an error, e.g. `UNKNOWN_MEMBER_ID`, however deep kafkajs has wrapped it. */
export function protocolErrorOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string') return cause.type;
  }
  return undefined;
}

/** The innermost error: what happened, without what kafkajs did about it. */
export function rootCauseOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root;
}

/** What happened, in one line for people. */
export function reasonOf(error: unknown): string {
  const root = rootCauseOf(error);
  return root instanceof Error ? root.message || root.name : String(root);
}

/** Whether a broker could not be reached, or the connection to it broke. */
export function isConnectionFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === 'KafkaJSConnectionError' || cause.name === 'KafkaJSConnectionClosedError') return true;
  return false;
}
