/** What a process listens on, as the system tells it. */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface Listener {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

/** State LISTEN of the kernel's tables. */
const LISTEN = '0A';

/**
 * TCP listeners of processes and all their descendants; undefined where the system has no `/proc`.
 * Source: Linux Documentation/networking/proc_net_tcp.rst
 */
export function listenersOf(pids: readonly number[]): Listener[] | undefined {
  if (!existsSync('/proc/net/tcp')) return undefined;
  const owners = new Map<string, number>();
  for (const pid of withDescendants(pids))
    for (const inode of socketsOf(pid)) owners.set(inode, pid);
  return ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        const pid = owners.get(inode);
        if (state !== LISTEN || pid === undefined) return [];
        const [address = '', port = ''] = local.split(':');
        return [{ pid, address: addressOf(address), port: parseInt(port, 16) }];
      }),
  );
}

/** Whether a connection to the port succeeds from outside of loopback: over an address of another interface. */
export async function connectOutside(port: number): Promise<boolean> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const answers = await Promise.all(addresses.map((host) => connects(host, port)));
  return answers.includes(true);
}

/** Whether a process runs: one that has ended and waits for its parent's look does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readOrEmpty(`/proc/${String(pid)}/stat`);
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
    socket.once('timeout', () => {
      settle(false);
    });
  });
}

function withDescendants(pids: readonly number[]): Set<number> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readOrEmpty(`/proc/${entry}/stat`);
    // The name in brackets may hold anything; the parent is the second word behind it.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const found = new Set(pids);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!found.has(parent) || found.has(pid)) continue;
      found.add(pid);
      grown = true;
    }
  }
  return found;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${String(pid)}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    // It ended in between.
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The kernel writes addresses as words in the machine's byte order, which is little-endian where we run. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => parseInt(byte, 16)).join('.');
  const mapped = bytes.slice(0, 12).join('') === '00000000000000000000ffff'.toUpperCase();
  if (mapped)
    return bytes
      .slice(12)
      .map((byte) => parseInt(byte, 16))
      .join('.');
  return bytes.join('') === `${'00'.repeat(15)}01` ? '::1' : `[${bytes.join('')}]`;
}
