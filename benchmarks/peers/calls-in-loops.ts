import { eventId } from '../stub/call-id.ts';
import type { PeerSettings } from './settings.ts';

/** Makes one call; `value` is the record's that it stands for. */
export type MakeCall = (id: string, loop: number) => Promise<void>;

/** As many loops as calls may be under way, each call about a key of its own; resolves to what ends them. */
export async function callsInLoops({ concurrency }: PeerSettings, call: MakeCall): Promise<() => Promise<void>> {
  let key = 0;
  let stopping = false;
  const loop = async (index: number) => {
    while (!stopping) await call(eventId({ key: key++, sequence: 0 }), index);
  };
  const loops = Promise.all(Array.from({ length: concurrency }, (_, index) => loop(index)));
  loops.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return async () => {
    stopping = true;
    await loops;
  };
}
