import { seededRandom, VirtualClock } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import type { Reply } from './answer.ts';
import { Connection } from './connection.ts';
import { MemberProcess } from './member-process.ts';
import type { Fate } from './network.ts';

/** A connection whose requests fare one after the other as `fates` say; `said` tells what broker and client have seen, and when. */
function connected(...fates: readonly Fate[]) {
  const clock = new VirtualClock(0);
  const process = new MemberProcess('a', clock);
  const left = [...fates];
  const network = { clock, random: seededRandom(1), latencyMs: () => 2, fate: () => left.shift(), answered: undefined };
  const connection = new Connection({ network, process, node: 0, timeoutMs: 1_000 });
  const said: string[] = [];
  const say = (what: string) => said.push(`${clock.mark()} ${what}`);
  const ask = (name: string, answer?: (reply: Reply<string>) => void) => {
    const handle = (reply: Reply<string>) => {
      say(`broker ${name}`);
      (answer ?? ((now) => now({ value: name })))(reply);
    };
    void connection.request<string>('heartbeat', handle).then((answered) => say(`client ${answered.error ?? name}`));
  };
  const runOut = async () => {
    do await Promise.resolve().then(() => Promise.resolve());
    while (clock.next());
    return said;
  };
  return { clock, process, ask, runOut };
}

it('takes time both ways', async () => {
  const { ask, runOut } = connected({ requestMs: 10, answerMs: 20 });
  ask('one');
  expect(await runOut()).toEqual(['10 broker one', '30 client one']);
});

it('lets no request overtake another, nor any answer', async () => {
  const { ask, runOut } = connected({ requestMs: 10, answerMs: 20 }, { requestMs: 1, answerMs: 1 });
  ask('one');
  ask('two');
  expect(await runOut()).toEqual(['10 broker one', '10 broker two', '30 client one', '30 client two']);
});

it('has the broker handle one request at a time', async () => {
  const { clock, ask, runOut } = connected({ answerMs: 1 }, { answerMs: 1 }, { answerMs: 1 });
  ask('join', (reply) => void clock.after(100, () => reply({ value: 'joined' })));
  ask('commit');
  ask('heartbeat');
  expect(await runOut()).toEqual([
    '2 broker join',
    '102 broker commit',
    '102 broker heartbeat',
    '103 client join',
    '103 client commit',
    '103 client heartbeat',
  ]);
});

it.each<[string, Fate, readonly string[]]>([
  ['the request', { lost: 'request' }, ['1000 client REQUEST_TIMED_OUT']],
  ['the request, which is noticed', { lost: 'request', noticedMs: 5 }, ['5 client REQUEST_TIMED_OUT']],
  ['the answer', { lost: 'answer' }, ['2 broker one', '1000 client REQUEST_TIMED_OUT']],
])('says that it has timed out when it has lost %s', async (_, fate, said) => {
  const { ask, runOut } = connected(fate);
  ask('one');
  expect(await runOut()).toEqual(said);
});

it('goes on after a request that the broker forgets', async () => {
  const { ask, runOut } = connected({}, {});
  ask('one', (reply) => reply('lost'));
  ask('two');
  expect(await runOut()).toEqual(['2 broker one', '2 broker two', '4 client two', '1000 client REQUEST_TIMED_OUT']);
});

it('can have a request refused', async () => {
  const { ask, runOut } = connected({ refused: 'NOT_COORDINATOR' });
  ask('one');
  expect(await runOut()).toEqual(['4 client NOT_COORDINATOR']);
});

it('brings nothing to a process that has crashed; of what that has sent some arrives', async () => {
  const { process, ask, runOut } = connected();
  for (let index = 0; index < 20; index++) ask('one');
  process.crash();
  ask('late');
  const said = await runOut();
  expect(new Set(said)).toEqual(new Set(['2 broker one']));
  expect(said.length).toBeLessThan(20);
});
