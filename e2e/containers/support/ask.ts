// Run inside a container: sends each request of its argument and prints the answers. A host with several addresses is a
// service with several containers: each is asked.
import { lookup } from 'node:dns/promises';

interface Request {
  readonly url: string;
  readonly method?: string;
  readonly json?: unknown;
}

const requests = JSON.parse(process.argv[1] ?? '[]') as readonly Request[];
const answers = (await Promise.all(requests.map(ask))).flat();
process.stdout.write(JSON.stringify(answers));

async function ask({ url, method = 'GET', json }: Request): Promise<readonly object[]> {
  const { hostname } = new URL(url);
  const addresses = await lookup(hostname, { all: true, family: 4 });
  const body =
    json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  const send = async (address: string): Promise<object> => {
    const response = await fetch(url.replace(hostname, address), { method, ...body });
    return { url, status: response.status, text: await response.text() };
  };
  return Promise.all(addresses.map(({ address }) => send(address)));
}
