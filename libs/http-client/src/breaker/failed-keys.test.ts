import { describe, expect, it } from 'vitest';
import { FailedKeys } from './failed-keys.ts';

describe("a key's failure", () => {
  it('says something new the first time, and after a success of its own', () => {
    const keys = new FailedKeys();
    const said = [keys.failed('ann')];
    keys.succeeded('ann');
    said.push(keys.failed('ann'));
    expect(said).toEqual(['new', 'new']);
  });

  it('says no more than the last time where nothing has gone well since', () => {
    const keys = new FailedKeys();
    keys.succeeded('bob');
    expect(['ann', 'bob', 'ann'].map((key) => keys.failed(key))).toEqual(['new', 'new', 'repeated']);
  });

  it('is its own where another has gone well since, once', () => {
    const keys = new FailedKeys();
    keys.failed('ann');
    keys.succeeded('bob');
    expect([keys.failed('ann'), keys.failed('ann')]).toEqual(['its own', 'repeated']);
  });

  it('is new where nobody knows whose it is', () => {
    const keys = new FailedKeys();
    expect([keys.failed(undefined), keys.failed(undefined)]).toEqual(['new', 'new']);
  });

  it('is forgotten, the oldest first, where there are too many', () => {
    const keys = new FailedKeys();
    for (let key = 0; key <= 10_000; key++) keys.failed(`${key}`);
    expect(['1', '10000', '0'].map((key) => keys.failed(key))).toEqual(['repeated', 'repeated', 'new']);
  });
});
