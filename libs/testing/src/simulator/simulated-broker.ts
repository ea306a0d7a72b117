import { headerText, type KafkaRecord } from '@millrace/messaging';
import { seededRandom, type VirtualClock } from '@millrace/messaging/testing';
import type { StoredCommit } from '../in-memory-broker/broker-watch.ts';
import { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { Emit } from './emit.ts';
import { brokerCount } from './held-at-most.ts';
import { orderKeyOf } from './order-of.ts';
import type { FactCounter } from './run-facts.ts';
import type { Scenario } from './scenario.ts';
import { eventTypes } from './simulated-event.ts';
import { TroubledNetwork } from './troubled-network.ts';

export interface SimulatedBrokerOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly emit: Emit;
  readonly facts: FactCounter;
}

/** The broker that all members share, told of by events, and the network before it. */
export function simulatedBroker({ scenario, seed, clock, emit, facts }: SimulatedBrokerOptions) {
  const { fastestMs, slowestMs, lossPercent } = scenario.network;
  const random = seededRandom(seed);
  const trouble = new TroubledNetwork({
    nowMs: () => clock.mark(),
    random: seededRandom(seed ^ 0x5bd1e995),
    lossPercent,
  });
  const inGroup = new Set<string>();
  const letIn = (member: string): void => {
    if (inGroup.has(member)) return;
    inGroup.add(member);
    emit({ kind: 'joined', member });
  };
  const order = scenario.consumer.order;
  const broker = new InMemoryBroker({
    clock,
    random,
    nodes: brokerCount,
    latencyMs: () => fastestMs + Math.floor((slowestMs - fastestMs) * random() ** 4),
    fate: (request) => trouble.fate(request),
    answered: (request, answer) => {
      facts.answered(request, answer);
      if (request.api === 'join' && answer === 'value') letIn(request.from);
    },
    watch: {
      appended: (record) => emit({ kind: 'appended', record: runRecordOf(record, order) }),
      removed: (record, why) => {
        if (why !== 'topic deleted') emit({ kind: 'removed', id: idOf(record), why });
      },
      committed: (commit) => emit(storedOf(commit)),
      memberGone: (member, why) => {
        inGroup.delete(member);
        emit({ kind: 'expired', member, why });
      },
    },
  });
  return { broker, trouble };
}

/** The id of a record's event. */
export function idOf(record: KafkaRecord): string {
  return headerText(record.headers, 'ce_id') ?? '';
}

function runRecordOf(record: KafkaRecord, order: Scenario['consumer']['order']) {
  const { topic, partition, offset, key, headers } = record;
  const subscribed = headerText(headers, 'ce_type') === eventTypes.subscribed;
  return { id: idOf(record), topic, partition, offset, key: orderKeyOf(order, key?.toString() ?? null), subscribed };
}

function storedOf({ group: _group, ...stored }: StoredCommit) {
  return { kind: 'committed', ...stored, owner: stored.owner ?? null } as const;
}
