/** A registry that can be cut off: passes requests on to a real one, and counts them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RegistryProxy {
  /** Base of the Confluent-compatible API through the proxy. */
  readonly url: string;
  /** While down every connection is closed without an answer. */
  setDown(isDown: boolean): void;
  /** From here on whoever says anything else is refused, in words that repeat what was said. */
  require(authorization: string): void;
  /** Requests so far whose path contains the text. */
  requests(path: string): number;
  close(): Promise<void>;
}

export async function startRegistryProxy(target: string): Promise<RegistryProxy> {
  let isDown = false;
  let required: string | undefined;
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    const { authorization } = request.headers;
    if (isDown) request.socket.destroy();
    else if (required !== undefined && authorization !== required) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `not for ${authorization ?? 'nobody'}` }));
    } else void forward(target, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setDown: (down) => {
      isDown = down;
    },
    require: (authorization) => {
      required = authorization;
    },
    requests: (path) => paths.filter((one) => one.includes(path)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function forward(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const answer = await fetch(`${target}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
    ...(body.length === 0 ? {} : { body }),
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
