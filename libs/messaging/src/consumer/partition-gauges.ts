import { attributeNames, meter, metricNames } from '@millrace/telemetry';
import type { Attributes, BatchObservableResult, ObservableGauge } from '@opentelemetry/api';
import type { PartitionState } from './partition-state.ts';

/** One figure of a partition. */
interface Figure {
  readonly name: string;
  readonly description: string;
  readonly of: (state: PartitionState) => number | undefined;
  /** Where there is none, and of a partition that is not ours any more. @default 0 */
  readonly none?: number;
}

const figures: readonly Figure[] = [
  {
    name: metricNames.consumerLag,
    description: 'Records from the committed offset to the end of the partition.',
    of: ({ lag }) => lag,
  },
  {
    name: metricNames.partitionHeld,
    description: 'Records of the partition in memory: queued, being called or waiting for a retry.',
    of: ({ heldRecords }) => heldRecords,
  },
  {
    name: metricNames.partitionHeldBytes,
    description: 'What those take.',
    of: ({ heldBytes }) => heldBytes,
  },
  {
    name: metricNames.partitionRunning,
    description: 'Calls of the partition that are running.',
    of: ({ running }) => running,
  },
  {
    name: metricNames.partitionRetrying,
    description: 'Records of the partition that wait for their next attempt.',
    of: ({ retrying }) => retrying,
  },
  {
    name: metricNames.partitionPaused,
    description: '1 while no more of the partition is read, else 0; /readyz?verbose says why.',
    of: ({ status }) => (status === 'reading' ? 0 : 1),
  },
  {
    name: metricNames.partitionFinishedBeyond,
    description: 'Offsets that are done past the committed one: what a crash would call again, had it no offset map.',
    of: ({ finishedBeyond }) => finishedBeyond,
  },
  {
    name: metricNames.partitionMap,
    description: 'Length of the offset map beside the committed offset, of 4,088 characters.',
    of: ({ mapChars }) => mapChars,
  },
  {
    name: metricNames.partitionOldestHeld,
    description: 'For how long the oldest record without an outcome has been here.',
    of: ({ oldest }) => seconds(oldest?.heldMs),
  },
  {
    name: metricNames.partitionOldestAge,
    description: 'Age of the oldest record without an outcome, by its timestamp.',
    of: ({ oldest }) => seconds(oldest?.ageMs),
  },
  {
    name: metricNames.partitionKeptFor,
    description: 'Time until retention may delete the oldest record without an outcome; NaN where that is not known.',
    of: ({ keptForMs }) => seconds(keptForMs),
    none: Number.NaN, // 0 would say that it is being deleted
  },
];

/** The gauges that there are one of for each partition. */
export class PartitionGauges {
  readonly #figures = figures.map((figure) => ({ ...figure, gauge: gaugeOf(figure) }));
  readonly #group: string;
  /** Of every partition that was ever ours, by topic and number. */
  readonly #seen = new Map<string, Attributes>();

  constructor(group: string) {
    this.#group = group;
  }

  get gauges(): readonly ObservableGauge[] {
    return this.#figures.map(({ gauge }) => gauge);
  }

  /** A partition that is not ours any more is told of, too: left out, it would be shown with its last figures for ever. */
  observe(result: BatchObservableResult, states: readonly PartitionState[]): void {
    const owned = new Map(states.map((state) => [placeOf(state), state]));
    for (const [place, state] of owned) if (!this.#seen.has(place)) this.#seen.set(place, this.#attributes(state));
    for (const [place, attributes] of this.#seen) {
      const state = owned.get(place);
      for (const { gauge, of, none = 0 } of this.#figures) {
        result.observe(gauge, (state && of(state)) ?? none, attributes);
      }
    }
  }

  #attributes({ topic, partition }: PartitionState): Attributes {
    return {
      [attributeNames.group]: this.#group,
      [attributeNames.topic]: topic,
      [attributeNames.partition]: String(partition),
    };
  }
}

function gaugeOf({ name, description }: Figure): ObservableGauge {
  return meter().createObservableGauge(name, { description });
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function placeOf({ topic, partition }: PartitionState): string {
  return `${topic} ${partition}`;
}
