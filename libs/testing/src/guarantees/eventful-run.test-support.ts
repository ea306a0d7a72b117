import { RunScript, upTo } from './run-script.test-support.ts';

/**
 * A run that keeps every guarantee: retries, a dead letter, a crash with calls underway, a takeover that repeats only what was
 * not persisted, a rebalance that cuts off a call, and a stop.
 */
export function eventfulRun(): RunScript {
  const run = new RunScript().append('a1', 'a').append('b1', 'b').append('a2', 'a').append('b2', 'b');
  run.append('lone', null).append('c1', 'c').append('other', 'c', { subscribed: false }).append('late', 'd');
  takeover(run, untilTheCrash(run));
  rebalance(run);
  return run.stop('m3').settle();
}

/** Returns the call that dies with its member. */
function untilTheCrash(run: RunScript): number {
  run.join('m1').grant('m1', 1).outcome('m1', 'other', 'skipped').hold('m1', { records: 8, bytes: 800 });
  const refused = run.call('m1', 'a1');
  run.end(refused, 'failed');
  const repeated = run.call('m1', 'a1', { attempt: 2 });
  const dying = run.call('m1', 'b1');
  run.effect(repeated).end(repeated, 'accepted').outcome('m1', 'a1');
  run.handle('m1', 'a2').handle('m1', 'lone').outcome('m1', 'late', 'expired');
  const hopeless = run.call('m1', 'c1');
  run.end(hopeless, 'failed').letter('c1').outcome('m1', 'c1', 'dead-lettered');
  run.commit('m1', upTo(1, { from: 2, to: 3 }, { from: 4, to: 8 }), { epoch: 1, owner: 'm1' });
  return dying;
}

function takeover(run: RunScript, dying: number): void {
  run.crash('m1').expire('m1').join('m2');
  run.grant('m2', 2, upTo(1, { from: 2, to: 3 }, { from: 4, to: 8 })).outcome('m2', 'a2', 'skipped');
  const again = run.call('m2', 'b1');
  // What the dead member had asked for happens now, and the API knows it by its key when it is asked again.
  run.effect(dying).end(again, 'accepted').outcome('m2', 'b1');
  run.commit('m2', upTo(3, { from: 4, to: 8 }), { epoch: 2, owner: 'm2' });
}

function rebalance(run: RunScript): void {
  run.append('b3', 'b').append('a3', 'a').handle('m2', 'a3').join('m3');
  const cutOff = run.call('m2', 'b2');
  run.abort(cutOff).end(cutOff, 'cut-off');
  run.commit('m2', upTo(3, { from: 4, to: 8 }, { from: 9, to: 10 }), { epoch: 2, owner: null }).lose('m2', 2);
  run.grant('m3', 3, upTo(3, { from: 4, to: 8 }, { from: 9, to: 10 }));
  run.handle('m3', 'b2').handle('m3', 'b3').commit('m3', upTo(10), { epoch: 3, owner: 'm3' });
}
