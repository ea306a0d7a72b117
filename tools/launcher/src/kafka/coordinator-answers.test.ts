import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { listen } from '../testing/listen.ts';
import { coordinatorAnswers } from './coordinator-answers.ts';

const coordinatorNotAvailable = 15;

it('a broker that finds the coordinator is ready', async () => {
  expect(await coordinatorAnswers(await listen(answer(0)))).toBe(true);
});

it('a broker without a coordinator yet is not', async () => {
  expect(await coordinatorAnswers(await listen(answer(coordinatorNotAvailable)))).toBe(false);
});

it('a port that is closed, or that closes on us, is not', async () => {
  expect(await coordinatorAnswers(await freePort())).toBe(false);
  expect(await coordinatorAnswers(await listen((socket) => void socket.end()))).toBe(false);
});

/** FindCoordinator's answer up to the error code, in two pieces. */
function answer(errorCode: number): (socket: Socket) => void {
  const response = Buffer.alloc(14);
  response.writeInt32BE(10, 0);
  response.writeInt32BE(1, 4);
  response.writeInt16BE(errorCode, 12);
  return (socket) =>
    socket.once('data', () => {
      socket.write(response.subarray(0, 6));
      setImmediate(() => socket.write(response.subarray(6)));
    });
}
