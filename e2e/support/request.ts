import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';

/** A request as it goes over the wire: nothing is added but what HTTP itself needs. */
export interface RawRequest {
  readonly method: string;
  /** Sent as it stands. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** Sends any request, however odd, on a connection of its own. An answer counts even if the server hangs up while we still send. */
export function request(baseUrl: string, { method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      const finish = () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, contentType: answered['content-type'] ?? '', headers: answered, text, json: parsed(text) });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', finish);
      response.on('error', finish);
    });
    sent.end(body);
  });
}

/** Sends JSON, as a well-behaved client does. */
export function requestJson(
  baseUrl: string,
  { method, path, json, headers = {} }: Omit<RawRequest, 'body'> & { readonly json: unknown },
): Promise<RawAnswer> {
  return request(baseUrl, {
    method,
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
