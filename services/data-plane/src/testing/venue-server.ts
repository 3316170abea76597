import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the server does next on a connection. */
export type Step =
  | { readonly send: Buffer }
  /** Waits until so many snapshots were asked for since the server started. */
  | { readonly untilSnapshots: number }
  | { readonly close: true }
  | { readonly silentMs: number };

export type SnapshotAnswer =
  { readonly body: Buffer } | { readonly status: number; readonly retryAfterSeconds: number };

/**
 * A venue on this machine: plays a script of steps to each connection in turn, and answers snapshot requests
 * in turn, the last answer again and again.
 */
export class VenueServer {
  readonly requests: string[] = [];
  connections = 0;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #scripts: readonly (readonly Step[])[];
  readonly #answers: readonly SnapshotAnswer[];
  #wake: (() => void)[] = [];

  constructor(scripts: readonly (readonly Step[])[], answers: readonly SnapshotAnswer[]) {
    this.#scripts = scripts;
    this.#answers = answers;
    this.#http = createServer((request, response) => {
      this.#answer(request, response);
    });
    this.#sockets = new WebSocketServer({ server: this.#http });
    this.#sockets.on('connection', (socket) => {
      const script = this.#scripts[Math.min(this.connections, this.#scripts.length - 1)] ?? [];
      this.connections++;
      void this.#play(socket, script);
    });
  }

  async start(): Promise<{ streamUrl: string; restUrl: string }> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    const { port } = this.#http.address() as AddressInfo;
    return { streamUrl: `ws://127.0.0.1:${port}`, restUrl: `http://127.0.0.1:${port}` };
  }

  async stop(): Promise<void> {
    for (const wake of this.#wake) wake();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #play(socket: WebSocket, script: readonly Step[]): Promise<void> {
    for (const step of script) {
      if (socket.readyState !== socket.OPEN) return;
      if ('send' in step)
        await new Promise((resolve) => {
          socket.send(step.send.toString('utf8'), resolve);
        });
      else if ('close' in step) socket.close();
      else if ('silentMs' in step)
        await new Promise((resolve) => setTimeout(resolve, step.silentMs).unref());
      else await this.#untilSnapshots(step.untilSnapshots);
    }
  }

  async #untilSnapshots(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      if (!this.#http.listening) return;
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.#answers[Math.min(this.requests.length, this.#answers.length - 1)];
    this.requests.push(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else if ('body' in answer) response.writeHead(200).end(answer.body);
    else
      response.writeHead(answer.status, { 'retry-after': String(answer.retryAfterSeconds) }).end();
    for (const wake of this.#wake.splice(0)) wake();
  }
}
