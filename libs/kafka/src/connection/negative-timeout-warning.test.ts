import { describe, expect, it, vi } from 'vitest';
import { silenceNegativeTimeoutWarning } from './negative-timeout-warning.ts';

describe('the filter for the warning about negative timers', () => {
  it('passes on every other warning, and the same one where kafkajs is not its cause', () => {
    const emitWarning = vi.fn<(...args: unknown[]) => void>();
    const target = { emitWarning };
    silenceNegativeTimeoutWarning(target);
    silenceNegativeTimeoutWarning(target);
    target.emitWarning('something else', 'DeprecationWarning');
    target.emitWarning('-1 is a negative number.', 'TimeoutNegativeWarning');
    expect(emitWarning.mock.calls).toEqual([
      ['something else', 'DeprecationWarning'],
      ['-1 is a negative number.', 'TimeoutNegativeWarning'],
    ]);
  });
});
