/** Who the command line speaks for, with a development issuer that runs. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Issuer, openIssuer } from '@tickmesh/issuer';
import { REPOSITORY_ROOT } from '@tickmesh/local';

let folder: string;
let issuer: Issuer;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-token-'));
  issuer = await openIssuer({ host: '127.0.0.1', port: 0, folder, tokenLifeMs: 60_000 });
  // A broker that is named means another mesh than the one that may run from this clone.
  environment = {
    KAFKA_BROKERS: '127.0.0.1:9092',
    SIGN_IN_ISSUER: issuer.url,
    ISSUER_FOLDER: folder,
  };
});

afterAll(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function mesh(args: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const words = [join(REPOSITORY_ROOT, 'tools', 'mesh', 'bin', 'mesh.mjs'), ...args];
  const env = { PATH: process.env['PATH'] ?? '', ...environment, ...more };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

const claimsOf = ({ out, err }: Ended): Record<string, unknown> => {
  if (out === '') throw new Error(err);
  return (JSON.parse(out) as { claims: Record<string, unknown> }).claims;
};

describe('the command line', () => {
  it('speaks for the person and roles that it is told, before or after the command', async () => {
    const wanted = { sub: 'bob', roles: ['viewer', 'trader'], aud: 'tickmesh', iss: issuer.url };
    const who = ['--as', 'bob', '--role', 'viewer,trader'];
    expect(claimsOf(await mesh(['token', '--json', ...who]))).toMatchObject(wanted);
    expect(claimsOf(await mesh([...who, 'token', '--json']))).toMatchObject(wanted);
  });

  it('speaks for whoever sits there, with every role, when it is told nothing', async () => {
    const claims = claimsOf(await mesh(['token', '--json']));
    expect(claims['sub']).not.toBe('');
    expect(claims['roles']).toEqual(['viewer', 'trader', 'risk_manager', 'operator']);
  });

  it('prints the token alone, for a shell to take', async () => {
    expect((await mesh(['token'])).out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('takes a token from outside, and lets nobody say that it is of somebody else', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'a.b.c\n');
    expect((await mesh(['token'], { MESH_TOKEN: 'x.y.z' })).out).toBe('x.y.z\n');
    expect((await mesh(['token'], { MESH_TOKEN_FILE: file })).out).toBe('a.b.c\n');
    const { code, err } = await mesh(['token', '--as', 'bob'], { MESH_TOKEN: 'x.y.z' });
    expect([code, err]).toEqual([1, expect.stringContaining('not together with MESH_TOKEN')]);
  });

  it('in production takes nothing but a token from outside', async () => {
    const { code, err } = await mesh(['token'], { NODE_ENV: 'production' });
    expect([code, err]).toEqual([1, expect.stringContaining('set MESH_TOKEN')]);
    const given = await mesh(['token'], { NODE_ENV: 'production', MESH_TOKEN: 'x.y.z' });
    expect(given.out).toBe('x.y.z\n');
  });

  it('is told by the issuer what a role may be', async () => {
    const { code, err } = await mesh(['token', '--role', 'emperor']);
    expect([code, err]).toEqual([1, expect.stringContaining('risk_manager')]);
  });
});
