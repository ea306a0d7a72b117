import { expect, it, vi } from 'vitest';
import { listen, stopListening } from './on-abort.ts';

const listener = () => ({ aborted: vi.fn<() => void>() });

it('tells everyone who listens when a signal is aborted, and nobody who has stopped listening', () => {
  const controller = new AbortController();
  const all = [listener(), listener(), listener()];
  for (const each of all) listen(controller.signal, each);
  const [, gone] = all;
  if (gone) stopListening(controller.signal, gone);
  controller.abort();
  expect(all.map(({ aborted }) => aborted.mock.calls.length)).toEqual([1, 0, 1]);
});

it('puts one listener on a signal, however many listen, and takes it away with the last', () => {
  const { signal } = new AbortController();
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  const all = Array.from({ length: 100 }, listener);
  for (const each of all) listen(signal, each);
  for (const each of all) {
    expect(remove).not.toHaveBeenCalled();
    stopListening(signal, each);
  }
  expect([add.mock.calls.length, remove.mock.calls]).toEqual([1, add.mock.calls]);
});

it('lets those who are told stop listening, all of them, while they are told', () => {
  const controller = new AbortController();
  const told: number[] = [];
  const all = [0, 1, 2].map((index) => ({
    aborted: () => {
      told.push(index);
      for (const each of all) stopListening(controller.signal, each);
    },
  }));
  for (const each of all) listen(controller.signal, each);
  controller.abort();
  expect(told).toEqual([0]);
});
