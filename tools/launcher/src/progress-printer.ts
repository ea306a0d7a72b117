import type { OnProgress, ProgressEvent } from './progress.ts';

/** Where progress is printed. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressPrinter {
  readonly onProgress: OnProgress;
  /** Takes the live line away; what is reported afterwards is still printed. */
  stop(): void;
}

interface Wait {
  readonly since: number;
  detail: string | undefined;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const reminderMs = 10_000;
const clearLine = '\r\u001b[K';

/**
 * Prints waits: on a terminal one live line with what is being waited for and for how long, elsewhere a line when a wait
 * begins and every ten seconds; in both a line when it is over.
 */
export function createProgressPrinter(stream: ProgressStream = process.stderr): ProgressPrinter {
  const waits = new Map<string, Wait>();
  const live = stream.isTTY === true;
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    ticks += 1;
    if (live) stream.write(clearLine + liveLine(waits, ticks, stream.columns));
    else
      for (const [what, wait] of waits)
        stream.write(`  ${what}: still waiting${because(wait.detail)} (${seconds(wait)})\n`);
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    if (live) stream.write(clearLine);
  };
  const onProgress: OnProgress = (event) => {
    const line = update(waits, event);
    if (line !== undefined && !(live && event.state === 'waiting')) stream.write(`${live ? clearLine : ''}${line}\n`);
    if (waits.size === 0) stop();
    else timer ??= setInterval(tick, live ? frameMs : reminderMs).unref();
  };
  return { onProgress, stop };
}

/** The line that tells of the event; undefined for mere news of a wait that goes on. */
function update(waits: Map<string, Wait>, { state, what, detail }: ProgressEvent): string | undefined {
  const wait = waits.get(what);
  if (state === 'note') return `  ${what}: ${detail ?? ''}`;
  if (state === 'waiting') {
    waits.set(what, { since: wait?.since ?? performance.now(), detail });
    return wait ? undefined : `  ${what}: waiting${because(detail)}`;
  }
  waits.delete(what);
  const mark = state === 'done' ? '✓' : '✗';
  return `${mark} ${what}${detail === undefined ? '' : `: ${detail}`}${wait ? ` (${seconds(wait)})` : ''}`;
}

function liveLine(waits: ReadonlyMap<string, Wait>, ticks: number, columns: number | undefined): string {
  // A terminal that does not know its width says 0.
  const width = columns === undefined || columns === 0 ? 80 : columns;
  const parts = [...waits].map(([what, wait]) => `${what}${because(wait.detail)} ${seconds(wait)}`);
  return `${frames[ticks % frames.length]} ${parts.join(' · ')}`.slice(0, width - 1);
}

function because(detail: string | undefined): string {
  return detail === undefined ? '' : ` (${detail})`;
}

function seconds({ since }: Wait): string {
  const elapsed = (performance.now() - since) / 1000;
  return `${elapsed.toFixed(elapsed < 10 ? 1 : 0)} s`;
}
