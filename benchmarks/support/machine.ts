import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';

/** What figures were measured on, in one line: without that they mean nothing. */
export function machine(): string {
  const memoryGb = Math.round(totalmem() / 1e9);
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `${availableParallelism()} x ${model}, ${memoryGb} GB, ${platform()} ${release()}`;
}
