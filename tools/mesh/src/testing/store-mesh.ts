/** A store and an issuer that run, and the command line of people who use them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, openIssuer } from '@tickmesh/issuer';
import { REPOSITORY_ROOT } from '@tickmesh/local';
import { StoreService } from '@tickmesh/store/testing';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const MESH = join(REPOSITORY_ROOT, 'tools', 'mesh', 'bin', 'mesh.mjs');

export class StoreMesh {
  readonly store: StoreService;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly #issuer: Issuer;

  private constructor(folder: string, issuer: Issuer, store: StoreService) {
    this.folder = folder;
    this.store = store;
    this.#issuer = issuer;
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      // A broker that is named means another mesh than the one that may run from this clone.
      KAFKA_BROKERS: '127.0.0.1:9092',
      SIGN_IN_ISSUER: issuer.url,
      ISSUER_FOLDER: folder,
      STORE_GRPC_PORT: String(store.grpcPort),
    };
  }

  static async start(): Promise<StoreMesh> {
    const folder = mkdtempSync(join(tmpdir(), 'mesh-log-'));
    const issuer = await openIssuer({ host: '127.0.0.1', port: 0, folder, tokenLifeMs: 600_000 });
    const store = await StoreService.start({ environment: { SIGN_IN_ISSUER: issuer.url } });
    return new StoreMesh(folder, issuer, store);
  }

  /** As at a terminal: `mesh ...`. */
  mesh(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.run(process.execPath, [MESH, ...args], more);
  }

  /** A script of a shell, to which `npx mesh` is the command line. */
  shell(script: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const npx = 'npx() { [ "$1" = mesh ] && shift && "$NODE" "$MESH" "$@"; }';
    const variables = { ...more, NODE: process.execPath, MESH };
    // A bash whose input is a socket reads the start-up file of its user.
    return this.run('bash', ['--norc', '-u', '-c', `${npx}\n${script}`], variables);
  }

  run(
    command: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const env = { ...this.environment, ...more };
    return new Promise((resolve) => {
      execFile(command, args, { env }, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, out, err });
      });
    });
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#issuer.close();
    rmSync(this.folder, { recursive: true });
  }
}
