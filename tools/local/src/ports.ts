import { createServer } from 'node:net';
import { Fault } from '@tickmesh/kernel';

const LOOPBACK = '127.0.0.1';

/** Ports handed out by this process lately: two parts that start at once must not get the same one. */
const handedOut = new Set<number>();

/** A loopback port that nobody listens on now. Somebody else may take it before you do: bind it soon. */
export async function pickFreePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port !== undefined && !handedOut.has(port)) {
      handedOut.add(port);
      return port;
    }
  }
}

/** Whether a listener can be opened on the loopback port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

export interface NamedPort {
  /** The environment variable that sets it. */
  readonly variable: string;
  readonly port: number;
  /** Which part of the mesh wants it. */
  readonly service: string;
}

/**
 * Checks every port before anything starts.
 * @throws Fault PORT_TAKEN that names each port in use, the part that wants it and the variable that moves it;
 * @throws Fault ARGUMENT_INVALID when two parts want the same port
 */
export async function checkPorts(ports: readonly NamedPort[]): Promise<void> {
  const owners = new Map<number, NamedPort>();
  for (const wanted of ports) {
    const other = owners.get(wanted.port);
    if (other !== undefined) {
      throw new Fault('ARGUMENT_INVALID', {
        port: wanted.port,
        reason: `${other.variable} and ${wanted.variable} name the same port`,
      });
    }
    owners.set(wanted.port, wanted);
  }
  const taken: NamedPort[] = [];
  for (const wanted of ports) if (!(await isPortFree(wanted.port))) taken.push(wanted);
  if (taken.length === 0) return;
  const list = taken.map((port) => `${String(port.port)} for ${port.service}`).join(', ');
  const cure = taken.map((port) => `${port.variable}=<another port>`).join(' ');
  throw new Fault('PORT_TAKEN', { ports: list, cure: `end what uses it, or start with ${cure}` });
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => {
        resolve(bound);
      });
    });
  });
}
