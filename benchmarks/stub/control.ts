import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { Gate } from './gate.ts';
import type { Behaviour, OpenGate } from './gate-facts.ts';

/**
 * The stub's control port. `POST /gates` opens a gate and answers its port; under `/gates/<port>`, `GET` answers its facts,
 * `PUT` gives it another behaviour, `DELETE` closes it, and `GET …/arrivals` answers when each key was first called.
 */
export function createControl(): Server {
  const gates = new Map<string, Gate>();
  return createServer((request, response) => {
    void answer(gates, request)
      .catch((error: unknown) => ({ error: String(error) }))
      .then((answered) => send(response, answered));
  });
}

function send(response: ServerResponse, answered: object | undefined): void {
  const status = answered === undefined ? 204 : 'error' in answered ? 400 : 200;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
}

async function answer(gates: Map<string, Gate>, request: IncomingMessage): Promise<object | undefined> {
  const { method, url = '' } = request;
  if (`${method} ${url}` === 'POST /gates') return open(gates, (await json(request)) as OpenGate);
  const [, , port = '', what] = url.split('/');
  const gate = gates.get(port);
  if (!gate) return { error: `there is no gate at ${url}` };
  if (method === 'GET') return what === 'arrivals' ? gate.arrivals() : gate.facts();
  if (method === 'PUT') gate.behave((await json(request)) as Behaviour);
  if (method === 'DELETE') {
    gate.close();
    gates.delete(port);
  }
  return undefined;
}

async function open(gates: Map<string, Gate>, { behaviour, certificate }: OpenGate): Promise<object> {
  const gate = new Gate(behaviour, certificate);
  const port = await gate.listen();
  gates.set(`${port}`, gate);
  return { port };
}
