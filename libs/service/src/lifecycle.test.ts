import { createLogger } from '@millrace/telemetry';
import { describe, expect, it } from 'vitest';
import type { Component } from './component.ts';
import { startAll, stopAll } from './lifecycle.ts';

const log = createLogger({ service: 'test', level: 'silent' });

function recorded(events: string[], name: string, failing: Partial<Record<'start' | 'stop', Error>> = {}): Component {
  const act = async (what: 'start' | 'stop') => {
    events.push(`${what} ${name}`);
    if (failing[what]) throw failing[what];
  };
  return { name, start: () => act('start'), stop: () => act('stop') };
}

describe('the life of components', () => {
  it('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const components = [recorded(events, 'database'), recorded(events, 'relay')];
    await startAll(components, log);
    expect(await stopAll(components, log)).toBe(true);
    expect(events).toEqual(['start database', 'start relay', 'stop relay', 'stop database']);
  });

  it('stops what had started when a later component fails to start, and says why', async () => {
    const events: string[] = [];
    const broken = recorded(events, 'relay', { start: new Error('no disk') });
    await expect(startAll([recorded(events, 'database'), broken, recorded(events, 'http')], log)).rejects.toThrow(
      'no disk',
    );
    expect(events).toEqual(['start database', 'start relay', 'stop relay', 'stop database']);
  });

  it('stops the others when one fails to stop, and says that it was not clean', async () => {
    const events: string[] = [];
    const components = [recorded(events, 'database'), recorded(events, 'relay', { stop: new Error('stuck') })];
    expect(await stopAll(components, log)).toBe(false);
    expect(events).toEqual(['stop relay', 'stop database']);
  });
});
