import { createServer, type Server } from 'node:http';
import { Fault } from '@tickmesh/kernel';
import type { Metrics } from '@tickmesh/telemetry';
import { isForeignHost } from './foreign-hosts.ts';

/**
 * A second address for `/metrics`, where scrapers may reach it while the service's own stays private.
 * @returns the port it listens on, and how to close it
 * @throws Fault PORT_TAKEN
 */
export async function openMetricsServer(
  metrics: Metrics,
  host: string,
  port: number,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (isForeignHost(host, request.headers.host)) {
      response.writeHead(421).end();
      return;
    }
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.render().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, host, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Fault('PORT_TAKEN', { host, port }, error) : error);
    });
    server.listen(port, host, resolve);
  });
}
