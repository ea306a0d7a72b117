import { createProgressPrinter } from '@millrace/launcher';
import { startStub, type Stub } from '../stub/stub.ts';
import { machine } from './machine.ts';
import { withBroker, type Workplace } from './with-broker.ts';
import { writeBetweenMarkers } from './write-between-markers.ts';

/** Where a measure is taken: a broker, a stub, and somebody who is told how far it is. */
export interface Bench extends Workplace {
  readonly stub: Stub;
  readonly tell: (detail: string) => void;
}

/** Takes a measure on a broker and a stub of its own, prints what it returns (Markdown), and keeps that in docs/benchmarks.md. */
export async function measureAlone(name: string, measure: (bench: Bench) => Promise<string>): Promise<void> {
  const { onProgress, stop } = createProgressPrinter();
  const tell = (detail: string) => onProgress({ what: name, state: 'waiting', detail });
  try {
    const figures = await withBroker(onProgress, async (workplace) => {
      const stub = await startStub();
      try {
        return await measure({ ...workplace, stub, tell });
      } finally {
        await stub.stop();
        onProgress({ what: name, state: 'done' });
      }
    });
    stop();
    const when = new Date().toISOString().slice(0, 10);
    const text = `${figures}\n\n${when}, ${machine()}, Node ${process.versions.node}; broker, stub and peers share it`;
    console.log(`\n${text}`);
    await writeBetweenMarkers('docs/benchmarks.md', name, text);
  } finally {
    stop();
  }
}
