/** Something that a reader of a guide does. `line` is where the guide says so. */
export type GuideStep = WriteStep | RunStep;

/** A file that the reader types: the whole of it. */
export interface WriteStep {
  readonly kind: 'write';
  readonly line: number;
  /** From the root folder. */
  readonly file: string;
  readonly text: string;
}

/** Commands that the reader pastes into a terminal. */
export interface RunStep {
  readonly kind: 'run';
  readonly line: number;
  readonly commands: string;
  /** `repeat`: until it prints what the guide shows; `stays-up`: goes on in a terminal of its own. */
  readonly how: 'once' | 'repeat' | 'stays-up';
  /** Lines that it prints, in this order, others in between; `…` stands for any text in a line. */
  readonly shows: readonly string[];
}

interface Block {
  readonly line: number;
  readonly language: string;
  /** What follows the language at the fence, which readers do not see. */
  readonly mark: string;
  readonly text: string;
}

/**
 * The steps of a guide, read from the blocks of its Markdown:
 *
 * - `sh`: commands to run; with `repeat` or `stays-up` after it, in that way. A `text` block after it is what they print.
 * - `ts` that begins with `// path/of/the-file.ts`: a file to write.
 *
 * Other blocks are for the eye.
 */
export function parseGuide(markdown: string): readonly GuideStep[] {
  const steps: GuideStep[] = [];
  for (const block of blocksOf(markdown)) {
    const before = steps.at(-1);
    if (block.language === 'sh') steps.push(runStep(block));
    else if (block.language === 'text') steps.splice(-1, 1, shown(block, before));
    else if (block.language === 'ts') steps.push(...writeStep(block));
  }
  return steps;
}

/** How many lines the reader writes by hand: every line of every file, empty ones, too. */
export function typedLines(steps: readonly GuideStep[]): number {
  const files = steps.filter((step) => step.kind === 'write');
  return files.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0);
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)[ ]?(.*)\n([^]*?)^```$/gm)].map(
    ([, language = '', mark = '', text = ''], index, all) => ({
      line: markdown.slice(0, all[index]?.index).split('\n').length,
      language,
      mark,
      text,
    }),
  );
}

const marks: Readonly<Record<string, RunStep['how']>> = { '': 'once', repeat: 'repeat', 'stays-up': 'stays-up' };

function runStep({ line, mark, text }: Block): RunStep {
  const how = marks[mark];
  if (!how) throw new Error(`line ${line}: sh blocks are marked repeat or stays-up, not ${mark}`);
  return { kind: 'run', line, commands: text.trimEnd(), how, shows: [] };
}

function shown({ line, text }: Block, step: GuideStep | undefined): RunStep {
  if (step?.kind !== 'run' || step.shows.length > 0)
    throw new Error(`line ${line}: a text block shows what the sh block before it prints, and there is none`);
  return { ...step, shows: text.trimEnd().split('\n') };
}

function writeStep({ line, text }: Block): readonly WriteStep[] {
  const [, file, rest] = /^\/\/ ([\w.-]+(?:\/[\w.-]+)+)\n([^]*)$/.exec(text) ?? [];
  return file === undefined || rest === undefined ? [] : [{ kind: 'write', line, file, text: rest }];
}
