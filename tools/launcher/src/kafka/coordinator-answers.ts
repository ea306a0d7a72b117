import { connect } from 'node:net';

// FindCoordinator, version 1 (https://kafka.apache.org/protocol#The_Messages_FindCoordinator): asking is what makes a new
// broker create its offsets topic, so that the first consumer need not wait for that.
const findCoordinator = 10;
const version = 1;
const groupKeyType = 0;
const correlationId = 1;
/** length, correlation id, throttle time: 4 bytes each; then the error code. */
const errorCodeAt = 12;

/** Whether a broker there finds the coordinator of a group: past its port being open, the sign that consumers can join. */
export async function coordinatorAnswers(port: number, host = '127.0.0.1'): Promise<boolean> {
  const answer = await exchange(port, host, request('millrace-launcher', 'millrace-launcher'));
  return answer.length >= errorCodeAt + 2 && answer.readInt16BE(errorCodeAt) === 0;
}

function request(clientId: string, group: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt16BE(findCoordinator, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(correlationId, 4);
  const message = Buffer.concat([header, text(clientId), text(group), Buffer.of(groupKeyType)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}

/** The beginning of the answer; shorter than the error code's end when the connection failed or stayed silent for two seconds. */
function exchange(port: number, host: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ port, host, timeout: 2_000 }, () => socket.write(message));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= errorCodeAt + 2) socket.destroy();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}
