import { spawn } from 'node:child_process';
import { root } from '../root.ts';

export interface ToolOptions {
  /** On top of process.env. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the tool. */
  readonly signal?: AbortSignal;
  /** Where the tool's output goes: to our own, or into the result. @default 'result' */
  readonly output?: 'terminal' | 'result';
}

/** How a tool ended. `ok`: with exit code 0. */
export interface ToolResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program of node_modules/.bin in the root folder, without input. A program that cannot be started is a failed one. */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  const { env, signal, output: to = 'result' } = options;
  const stream = to === 'terminal' ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', stream, stream],
    ...(signal && { signal }),
  });
  let output = '';
  const say = (text: string): void => {
    output += text;
  };
  for (const part of [child.stdout, child.stderr]) part?.setEncoding('utf8').on('data', say);
  // after 'error', too, 'close' comes last; a tool told to end is waited for
  child.once('error', (error) => say(`${program}: ${error.message}\n`));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}
