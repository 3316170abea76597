/** The issuer over its sockets. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@tickmesh/telemetry';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { type Client, ensureClients, readClients } from './clients.ts';
import { PERSON_GRANT } from './grants.ts';
import { type Issuer, openIssuer } from './issuer.ts';

let folder: string;
let issuer: Issuer;
const lines: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'issuer-'));
  ensureClients(folder, [
    { id: 'store', subject: 'store-plane', audiences: ['kafka', 'other'], scopes: ['mesh'] },
  ]);
  const logger = createLogger({ service: 'issuer', level: 'debug', write: (l) => lines.push(l) });
  issuer = await openIssuer({ host: '127.0.0.1', port: 0, folder, tokenLifeMs: 90_000, logger });
});

afterEach(async () => {
  await issuer.close();
  rmSync(folder, { recursive: true });
  lines.length = 0;
});

const clientOf = (id: string): Client => readClients(folder).get(id) as Client;

async function ask(id: string, form: Record<string, string>, secret = clientOf(id).secret) {
  const answer = await fetch(`${issuer.url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  const body = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, body, token: String(body['access_token']) };
}

const keysOf = async (): Promise<JSONWebKeySet> =>
  (await (await fetch(`${issuer.url}/jwks`)).json()) as JSONWebKeySet;

describe('the development issuer', () => {
  it('gives a client a token that its keys verify, for the subject, audience and scope it may have', async () => {
    const { status, body, token } = await ask('store', {
      grant_type: 'client_credentials',
      scope: 'mesh',
    });
    expect([status, body['token_type'], body['expires_in']]).toEqual([200, 'Bearer', 90]);
    const { payload } = await jwtVerify(token, createLocalJWKSet(await keysOf()), {
      issuer: issuer.url,
      audience: 'kafka',
    });
    expect(payload).toMatchObject({ sub: 'store-plane', scope: 'mesh', client_id: 'store' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(90);
  });

  it('is found by discovery, and publishes no private half of a key', async () => {
    const found = await fetch(`${issuer.url}/.well-known/openid-configuration`);
    expect(await found.json()).toMatchObject({
      issuer: issuer.url,
      token_endpoint: `${issuer.url}/token`,
      jwks_uri: `${issuer.url}/jwks`,
    });
    const { keys } = await keysOf();
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
  });

  it('gives the command line tokens for persons, and nobody else', async () => {
    const form = { grant_type: PERSON_GRANT, name: 'alice', roles: 'trader,viewer' };
    const { token } = await ask('mesh', form);
    const { payload } = await jwtVerify(token, createLocalJWKSet(await keysOf()));
    expect(payload).toMatchObject({ sub: 'alice', aud: 'tickmesh', roles: ['trader', 'viewer'] });
    expect((await ask('store', form)).body['error']).toBe('unauthorized_client');
    for (const wrong of [{ name: 'a\nb' }, { name: '' }, { roles: 'root' }, { roles: '' }]) {
      expect((await ask('mesh', { ...form, ...wrong })).body['error']).toBe('invalid_request');
    }
  });

  it.each([
    ['a wrong secret', 'store', {}, 'wrong', 401, 'invalid_client'],
    ['a client that it does not know', 'nobody', {}, 'any', 401, 'invalid_client'],
    ['a scope beyond the client', 'store', { scope: 'mesh root' }, undefined, 400, 'invalid_scope'],
    ['a foreign audience', 'store', { audience: 'tickmesh' }, undefined, 400, 'invalid_target'],
    [
      'another grant',
      'store',
      { grant_type: 'password' },
      undefined,
      400,
      'unsupported_grant_type',
    ],
  ])('refuses %s', async (_, id, form, secret, status, error) => {
    const answer = await ask(
      id,
      { grant_type: 'client_credentials', ...form },
      ...(secret === undefined ? [] : [secret]),
    );
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
  });

  it('gives nothing more to a client that was taken out of its file', async () => {
    const { secret } = clientOf('store');
    rmSync(join(folder, 'clients.json'));
    ensureClients(folder, [{ id: 'mesh', audiences: ['tickmesh'] }]);
    const answer = await ask('store', { grant_type: 'client_credentials' }, secret);
    expect(answer.body['error']).toBe('invalid_client');
  });

  it('signs with a new key when told to, and goes on publishing the old one', async () => {
    const before = await ask('store', { grant_type: 'client_credentials' });
    const kid = await issuer.rotate();
    const after = await ask('store', { grant_type: 'client_credentials' });
    const keys = createLocalJWKSet(await keysOf());
    expect((await jwtVerify(after.token, keys)).protectedHeader.kid).toBe(kid);
    expect((await jwtVerify(before.token, keys)).protectedHeader.kid).not.toBe(kid);
  });

  it('publishes each key before it signs with it, also after a restart', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const known = createLocalJWKSet(await keysOf());
      await issuer.rotate();
      await jwtVerify((await ask('store', { grant_type: 'client_credentials' })).token, known);
    }
    const known = createLocalJWKSet(await keysOf());
    await issuer.close();
    issuer = await openIssuer({ host: '127.0.0.1', port: 0, folder, tokenLifeMs: 90_000 });
    await issuer.rotate();
    await jwtVerify((await ask('store', { grant_type: 'client_credentials' })).token, known);
  });

  it('keeps its keys over a restart, in files that its owner alone can read', async () => {
    const { token } = await ask('store', { grant_type: 'client_credentials' });
    await issuer.close();
    issuer = await openIssuer({ host: '127.0.0.1', port: 0, folder, tokenLifeMs: 90_000 });
    await jwtVerify(token, createLocalJWKSet(await keysOf()));
    for (const name of ['clients.json', 'keys.json']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    chmodSync(join(folder, 'clients.json'), 0o644);
    expect(() => readClients(folder)).toThrow(/chmod 600/);
  });

  it('writes neither a secret nor a token into its log', async () => {
    const { token } = await ask('store', { grant_type: 'client_credentials' });
    await ask('store', { grant_type: 'client_credentials' }, 'canary-secret');
    const log = lines.join('');
    expect(log).toContain('issuer.token_granted');
    const kept = JSON.parse(readFileSync(join(folder, 'clients.json'), 'utf8')) as {
      clients: Client[];
    };
    for (const secret of [token, 'canary-secret', ...kept.clients.map((each) => each.secret)]) {
      expect(log).not.toContain(secret);
    }
  });

  it('does not open where the internet could reach it', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'issuer-'));
    const options = { port: 0, folder: join(elsewhere, 'none'), tokenLifeMs: 60_000 };
    for (const host of ['203.0.113.7', 'issuer.example.com']) {
      await expect(openIssuer({ ...options, host })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        details: { problems: [{ name: 'HTTP_HOST', value: host }] },
      });
    }
    // It has not even made its secrets there.
    expect(existsSync(options.folder)).toBe(false);
    rmSync(elsewhere, { recursive: true });
  });

  it('bounds what it reads', async () => {
    const answer = await fetch(`${issuer.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'x'.repeat(20_000) }),
    });
    expect(answer.status).toBe(400);
  });
});
