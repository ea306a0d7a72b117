import { expect, it, vi } from 'vitest';
import { onAbort } from './on-abort.ts';

it('tells everyone who listens when a signal is aborted, and nobody who has stopped listening', () => {
  const controller = new AbortController();
  const [first, gone, last] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()];
  onAbort(controller.signal, first);
  const stopListening = onAbort(controller.signal, gone);
  onAbort(controller.signal, last);
  stopListening();
  controller.abort();
  expect([first, gone, last].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
});

it('puts one listener on a signal, however many listen', () => {
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, 'addEventListener');
  for (let calls = 0; calls < 100; calls += 1) onAbort(signal, () => undefined)();
  expect(add).toHaveBeenCalledTimes(1);
});
