import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer, PeerCommand } from '../peers/peer.ts';
import type { Behaviour, KeyAndCertificate } from '../stub/gate-facts.ts';
import type { Stub, StubGate } from '../stub/stub.ts';
import { type PeerProcess, type PeerTask, startPeer } from './peer-process.ts';

/** A peer's process, and the API that it alone calls. */
export interface Stand {
  readonly gate: StubGate;
  readonly process: PeerProcess;
  /** At once: nobody reads on from where its group has come to. */
  close(): Promise<void>;
}

export interface StandOptions {
  readonly stub: Stub;
  readonly peer: Peer;
  readonly command: PeerCommand;
  readonly behaviour: Behaviour;
  readonly certificate: KeyAndCertificate | undefined;
  /** The group is the stand's own, new, unless it is given. */
  readonly task: Omit<PeerTask, 'url' | 'group'> & { readonly group?: string };
}

const firstCallLimitMs = 30_000;
const pollMs = 50;

/** Starts the peer; resolves when its first call has been answered, and it has run as long as it needs to get warm. */
export async function openStand({ stub, peer, command, behaviour, certificate, task }: StandOptions): Promise<Stand> {
  const gate = await stub.open(behaviour, certificate);
  try {
    const group = task.group ?? `${peer.name}-${randomUUID()}`;
    const process = await startPeer(command, { ...task, group, url: gate.url });
    const close = async () => {
      await process.kill();
      await gate.close();
    };
    try {
      await firstCall(gate, process);
      await delay(command.warmUpMs ?? 0);
      return { gate, process, close };
    } catch (error) {
      await process.kill();
      throw error;
    }
  } catch (error) {
    await gate.close();
    throw error;
  }
}

async function firstCall(gate: StubGate, process: PeerProcess): Promise<void> {
  const ended = process.ended.then((how) => Promise.reject(failure(process, `it ended with ${how}`)));
  ended.catch(() => undefined);
  for (const giveUpAt = performance.now() + firstCallLimitMs; ; await Promise.race([delay(pollMs), ended])) {
    if ((await gate.facts()).calls > 0) return;
    if (performance.now() > giveUpAt) throw failure(process, `no call in ${firstCallLimitMs / 1_000} s`);
  }
}

function failure(process: PeerProcess, what: string): Error {
  return new Error([what, ...process.tail()].join('\n'));
}
