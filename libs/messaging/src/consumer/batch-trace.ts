import { attributeNames, contextOf, endSpan, spanNames, spansAreRecorded, startSpan } from '@millrace/telemetry';
import { type Context, type Link, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { recordContext, startAttemptSpan } from './attempt-span.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { ServiceError } from '../errors/service-error.ts';
import type { BatchItem } from './subscription.ts';

/** One of a batch's items. */
export interface TracedItem {
  readonly record: KafkaRecord;
  readonly item: BatchItem;
}

export interface BatchTraceOptions {
  readonly topic: string;
  readonly group: string;
  readonly subscription: string;
  readonly items: readonly TracedItem[];
}

interface Attempt {
  readonly span: Span;
  readonly within: Context;
}

/**
 * The trace of a batch's call: a span in a trace of its own, which is linked to those of its items, and in the trace of each
 * item its attempt, linked to the call. Where nobody takes spans, nothing is made for the items.
 */
export class BatchTrace {
  /** For the call. */
  readonly within: Context;
  readonly #span: Span;
  readonly #attempts = new Map<TracedItem, Attempt>();

  constructor(options: BatchTraceOptions) {
    const { items, topic } = options;
    const parents = new Map(spansAreRecorded() ? items.map((each) => [each, recordContext(each.record)]) : []);
    const links = [...parents.values()].flatMap(linkTo);
    const span = startSpan(spanNames.processBatch(topic), { kind: SpanKind.CONSUMER, parent: ROOT_CONTEXT, links });
    if (span.isRecording()) describe(span, options);
    this.#span = span;
    this.within = contextOf(span, ROOT_CONTEXT);
    for (const [each, parent] of parents) this.#attempts.set(each, startAttempt(each, parent, this.within, options));
  }

  /** Where an item's own lines and dead letter belong. */
  contextOf(item: TracedItem): Context {
    return this.#attempts.get(item)?.within ?? recordContext(item.record);
  }

  /** Ends what is about one item alone. */
  endItem(item: TracedItem, failure: ServiceError | undefined): void {
    const attempt = this.#attempts.get(item);
    if (attempt) endSpan(attempt.span, failure);
  }

  /** Ends it; `failure` is why the call failed as a whole, and so did all whose part has not ended. */
  end(failure: ServiceError | undefined): void {
    endSpan(this.#span, failure);
    if (failure) for (const { span } of this.#attempts.values()) endSpan(span, failure);
  }
}

function startAttempt(
  { record, item: { event, attempt } }: TracedItem,
  parent: Context,
  call: Context,
  { group, subscription }: BatchTraceOptions,
): Attempt {
  const span = startAttemptSpan({ record, event, group, subscription, attempt, parent, links: linkTo(call) });
  return { span, within: contextOf(span, parent) };
}

function describe(span: Span, { topic, group, subscription, items }: BatchTraceOptions): void {
  span.setAttributes({
    [attributeNames.messagingSystem]: 'kafka',
    [attributeNames.operation]: 'process',
    [attributeNames.topic]: topic,
    [attributeNames.group]: group,
    [attributeNames.subscription]: subscription,
    [attributeNames.batchSize]: items.length,
  });
}

function linkTo(within: Context): Link[] {
  const linked = trace.getSpanContext(within);
  return linked ? [{ context: linked }] : [];
}
