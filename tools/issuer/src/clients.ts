/** Who may ask the issuer for tokens: a file of clients with their secrets, readable by its owner alone. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Fault, isFault } from '@tickmesh/kernel';

/** What a client is given, its secret apart. */
export interface ClientTerms {
  readonly id: string;
  /** The `sub` of its tokens, which a broker takes as the principal; the id when left out. */
  readonly subject?: string;
  /** Audiences that it may ask for; the first is given when it asks for none. */
  readonly audiences: readonly string[];
  /** Scopes that it may ask for. */
  readonly scopes?: readonly string[];
  /** Roles in its own tokens. */
  readonly roles?: readonly string[];
  /** Whether it may have tokens made for persons and turn the keys: the command line. */
  readonly commands?: boolean;
}

export interface Client extends ClientTerms {
  readonly secret: string;
}

const SECRET_BYTES = 32;
const OWNER_ALONE = 0o600;
const OWNER_ALONE_FOLDER = 0o700;

export const clientsFileOf = (folder: string): string => join(folder, 'clients.json');

/**
 * Adds the clients that the file lacks, each with a new secret; those that it has keep theirs and take the new terms.
 * @returns the clients of the file
 * @throws Fault CONFIG_INVALID when others may read the file, or it is none of ours
 */
export function ensureClients(
  folder: string,
  wanted: readonly ClientTerms[],
): ReadonlyMap<string, Client> {
  const held = existsSync(clientsFileOf(folder)) ? readClients(folder) : new Map<string, Client>();
  const clients = new Map(held);
  for (const terms of wanted) {
    const secret = held.get(terms.id)?.secret ?? randomBytes(SECRET_BYTES).toString('base64url');
    clients.set(terms.id, { ...terms, secret });
  }
  writePrivately(folder, 'clients.json', { clients: [...clients.values()] });
  return clients;
}

/**
 * The clients by their ids.
 * @throws Fault CONFIG_INVALID when there is no such file, others may read it, or it is none of ours
 */
export function readClients(folder: string): ReadonlyMap<string, Client> {
  const { clients } = readPrivately(folder, 'clients.json') as { clients?: unknown };
  if (!Array.isArray(clients)) {
    throw refused(clientsFileOf(folder), 'a file that the development issuer wrote');
  }
  return new Map((clients as Client[]).map((client) => [client.id, client]));
}

/** Compared by digests of equal length, so that the time tells nothing of the secret. */
export function isSecretOf(client: Client | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const isEqual = timingSafeEqual(digest(client?.secret ?? ''), digest(secret));
  return client !== undefined && isEqual;
}

/** Written whole or not at all, and from its first byte for its owner alone. */
export function writePrivately(folder: string, name: string, value: unknown): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ALONE_FOLDER });
  const file = join(folder, name);
  const partial = `${file}.${String(process.pid)}`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: OWNER_ALONE });
  chmodSync(partial, OWNER_ALONE);
  renameSync(partial, file);
}

/** @throws Fault CONFIG_INVALID */
export function readPrivately(folder: string, name: string): unknown {
  const file = join(folder, name);
  try {
    // Windows keeps no such bits: there the folder of the user is what protects the file.
    const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
    if (isOpen) throw refused(file, `readable by its owner alone: chmod 600 ${file}`);
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    throw refused(file, 'a file that the development issuer wrote; delete it to have a new one');
  }
}

const refused = (file: string, rule: string): Fault =>
  new Fault('CONFIG_INVALID', { subject: 'issuer', problems: [{ name: file, rule }] });
