import type { RunEvent } from '../guarantees/run-event.ts';

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never;

/** Something that happens now. */
export type Happening = WithoutTime<RunEvent>;

/** Notes that it happens now. */
export type Emit = (happening: Happening) => void;
