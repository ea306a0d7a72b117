import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pass, runningConsumer } from './consumer.test-support.ts';
import { on } from './subscription.ts';
import { asDelivered, oddEventOn, type OddRecord, oddRecords, rejectedName } from '../testing/odd-records.ts';
import { paddedTable } from '../testing/padded-table.ts';
import type { Outcome } from '../ports/outcome.ts';
import { ServiceError } from '../errors/service-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function consumerOfOdd() {
  const outcomes: Outcome[] = [];
  const handler = ({ data: { name } }: { data: { name: string } }) =>
    name === rejectedName ? Promise.reject(new ServiceError('API_REJECTED', 'answered 422')) : Promise.resolve();
  const parts = await runningConsumer({
    subscriptions: [on(oddEventOn('orders'), handler, { name: 'odd' })],
    ended: (_, outcome) => void outcomes.push(outcome),
  });
  return { ...parts, outcomes };
}

const intro = `# Odd records

What becomes of records that others write to a topic, by accident or on purpose. Each row is a test, in memory
(\`libs/messaging/src/consumer/consumer-odd-records.test.ts\`, which writes this table) and on a real Kafka
(\`libs/kafka/src/source/odd-records.int.test.ts\`). Every record has an outcome; none stops a consumer, or those behind it.
\`skipped\`: nobody subscribed to it, and it is counted (\`millrace_consumer_outcomes_total\`). \`dead-lettered\`: it is an event
of a subscribed type that is not valid, \`INVALID_EVENT\`, or was rejected; see [dead-letters.md](dead-letters.md).
`;

const large = [
  ['a record', 'what becomes of it'],
  [
    'larger than its topic takes (`max.message.bytes`, 1 MiB by default)',
    "is refused when it is published: `RECORD_REFUSED`, with its size and the topic's limit. An outbox sets it aside",
  ],
  ['larger than a fetch asks for (128 KiB of a partition, 2 MiB in all)', 'is fetched by itself, and completed'],
  ['larger than a consumer may hold (`held.bytes`)', 'is held alone: its partition pauses until it is done'],
  [
    'given up on, whose dead letter is too large for its topic',
    'is written compressed; else without its value: `millrace_dlq_left_out` says what is missing, see below',
  ],
  [
    'given up on, whose dead letter is refused in every form',
    'stays pending, is tried again and again and holds back its key: `dead letter not written` in the log, the lag',
  ],
];

const outro = `
A dead letter is larger than its record, by its reasons, and much larger where the record was compressed. What does not fit is
abridged to what tells whose it is and why: without its value, without headers of the publisher's own, and without a key above 1,000
bytes. All of that lies where the record lay, which the dead letter says, until retention deletes it; \`millrace dlq replay\`
refuses such a letter (\`abridged\`). \`topics\` makes topics of dead letters and replays that take 64 KiB more than the usual 1 MiB;
where a topic takes more than that, or its records are compressed, raise theirs as well. What is pending is written whole then:

\`\`\`sh
kafka-configs.sh --bootstrap-server $BROKER --alter --entity-type topics --entity-name user-events.notification.dlq --add-config max.message.bytes=8388608
\`\`\`
`;

it('docs/odd-records.md tells what becomes of each', async () => {
  const rows = oddRecords.map(({ what, outcome, remark = '' }) => [what, `\`${outcome}\``, remark]);
  const page = `${intro}\n${paddedTable([['a record', 'ends as', ''], ...rows])}\n## Large ones\n\n${paddedTable(large)}${outro}`;
  await expect(page).toMatchFileSnapshot('../../../../docs/odd-records.md');
});

describe('a record that is', () => {
  it.each(oddRecords)('$what ends as $outcome', async ({ record, outcome }: OddRecord) => {
    const { source, outcomes } = await consumerOfOdd();
    source.append(0, asDelivered(record));
    await pass(1_000);
    expect(outcomes).toEqual([outcome]);
    expect(source.partition(0).committed?.offset).toBe(1);
  });
});
