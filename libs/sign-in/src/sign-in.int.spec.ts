/** Tokens of a provider in this process, asked for over sockets. */
import { createHmac, createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault, faultOf } from '@tickmesh/kernel';
import type { JWTPayload } from 'jose';
import { type SignIn, type SignInOptions, openSignIn } from './index.ts';
import { TestIssuer } from './testing/index.ts';

let issuer: TestIssuer;

beforeEach(async () => {
  issuer = await TestIssuer.open();
});

afterEach(async () => {
  await issuer.close();
});

const opened = (changes: Partial<SignInOptions> = {}, nowMs?: () => number): SignIn =>
  openSignIn(
    { ...issuer.options, ...changes },
    { cooldownMs: 1, ...(nowMs === undefined ? {} : { nowMs }) },
  );

const callerOf = (signIn: SignIn, token: string) => signIn.callerOf(`Bearer ${token}`);

async function faultFrom(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (thrown) {
    return faultOf(thrown);
  }
  throw new Error('It should have been refused');
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const SECONDS = 1_000;

describe('a caller with a token', () => {
  it('has the name and those roles of it that the mesh knows', async () => {
    const token = await issuer.sign({ sub: 'alice', roles: ['trader', 'emperor', 'viewer'] });
    expect(await callerOf(opened(), token)).toEqual({ name: 'alice', roles: ['viewer', 'trader'] });
  });

  it.each<[string, JWTPayload]>([
    ['realm_access.roles', { realm_access: { roles: ['operator'] } }],
    ['https://desk.example/roles', { 'https://desk.example/roles': ['operator'] }],
    ['scope', { scope: 'openid operator' }],
  ])('has its roles where the provider writes them: %s', async (rolesClaim, claims) => {
    const token = await issuer.sign({ sub: 'x', preferred_username: 'olga', ...claims });
    const signIn = opened({ rolesClaim, nameClaim: 'preferred_username' });
    expect(await callerOf(signIn, token)).toEqual({ name: 'olga', roles: ['operator'] });
  });

  it('is let in as far as the clocks may differ, and no further', async () => {
    const now = Math.floor(Date.now() / SECONDS);
    const token = await issuer.sign({ sub: 'alice', nbf: now, exp: now + 60 });
    const at = (seconds: number) =>
      callerOf(
        opened({ clockLeewayMs: 5_000 }, () => (now + seconds) * SECONDS),
        token,
      );
    expect((await at(-5)).name).toBe('alice');
    expect((await at(64)).name).toBe('alice');
    expect((await faultFrom(at(-6))).details).toEqual({ reason: 'not valid yet' });
    expect((await faultFrom(at(65))).details).toEqual({ reason: 'expired' });
  });
});

describe('a token is refused', () => {
  const refusals: [string, () => Promise<string>, string][] = [
    ['for another audience', () => issuer.sign({ sub: 'a', aud: 'kafka' }), 'wrong audience'],
    ['of another issuer', () => issuer.sign({ sub: 'a', iss: 'https://else' }), 'wrong issuer'],
    ['that is over', () => issuer.sign({ sub: 'a', exp: 1_000 }), 'expired'],
    ['that never ends', () => issuer.endless({ sub: 'a' }), 'without an end'],
    ['that begins later', () => issuer.sign({ sub: 'a', nbf: 9_999_999_999 }), 'not valid yet'],
    ['of nobody', () => issuer.sign({ roles: ['trader'] }), 'sub: a name'],
    ['of a name that breaks a line', () => issuer.sign({ sub: 'a\nlevel=fatal' }), 'sub: a name'],
    ['of a key that is not published', () => foreignToken(), 'unknown key'],
    ['of a key that only claims to be published', () => foreignToken('key-1'), 'wrong signature'],
    ['whose claims were changed', () => changedToken(), 'wrong signature'],
    ['that is not signed', () => Promise.resolve(unsignedToken()), 'wrong algorithm'],
    ['signed with the public key as a secret', () => confusedToken(), 'wrong algorithm'],
    ['that is none', () => Promise.resolve('a.b.c'), 'malformed'],
    ['that is too long', () => Promise.resolve('a'.repeat(9_000)), 'longer than'],
  ];

  it.each(refusals)('%s', async (_, make, reason) => {
    const token = await make();
    const fault = await faultFrom(callerOf(opened(), token));
    expect(fault.code).toBe('TOKEN_REFUSED');
    expect(fault.details['reason']).toContain(reason);
    expect(fault.reaction.http).toBe(401);
    const shown = inspect(fault, { depth: 9 });
    for (const piece of token.split('.')) {
      if (piece.length > 3) expect(shown).not.toContain(piece);
    }
  });

  it('without the scope that is asked for, which a provider may grant to anybody', async () => {
    const signIn = opened({ scope: 'desk' });
    const fault = await faultFrom(
      callerOf(signIn, await issuer.sign({ sub: 'a', scope: 'desks' })),
    );
    expect(fault.details).toEqual({ reason: 'scope: must hold desk' });
    await callerOf(signIn, await issuer.sign({ sub: 'a', scope: 'openid desk' }));
  });

  it('with an algorithm that is not in the list, although its key is published', async () => {
    const signIn = opened({ algorithms: ['ES256'] });
    const fault = await faultFrom(callerOf(signIn, await issuer.sign({ sub: 'a' })));
    expect(fault.details['reason']).toContain('wrong algorithm');
  });

  it.each([undefined, ''])('when there is none (%j)', async (header) => {
    expect((await faultFrom(opened().callerOf(header))).code).toBe('NOT_SIGNED_IN');
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'token'])('in the header %j', async (header) => {
    expect((await faultFrom(opened().callerOf(header))).code).toBe('TOKEN_REFUSED');
  });

  /** A provider of its own, which signs what it likes. */
  async function foreignToken(kid = 'else'): Promise<string> {
    const other = await TestIssuer.open();
    try {
      return await other.sign({ sub: 'a', iss: issuer.url }, { kid });
    } finally {
      await other.close();
    }
  }

  async function changedToken(): Promise<string> {
    const token = await issuer.sign({ sub: 'a' });
    const [header, claims, signature] = token.split('.');
    const read = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as object;
    return [header, part({ ...read, roles: ['operator'] }), signature].join('.');
  }

  function unsignedToken(): string {
    const claims = { iss: issuer.url, aud: 'tickmesh', sub: 'a', exp: 9_999_999_999 };
    return `${part({ alg: 'none', kid: 'key-1' })}.${part(claims)}.`;
  }

  function confusedToken(): Promise<string> {
    const [jwk] = issuer.published().keys;
    const secret = createPublicKey({ key: jwk ?? {}, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    });
    const claims = { iss: issuer.url, aud: 'tickmesh', sub: 'a', exp: 9_999_999_999 };
    const signed = `${part({ alg: 'HS256', kid: 'key-1' })}.${part(claims)}`;
    const signature = createHmac('sha256', secret).update(signed).digest('base64url');
    return Promise.resolve(`${signed}.${signature}`);
  }
});

describe('the keys of the provider', () => {
  it('may change under running services without a refused call', async () => {
    const signIn = opened();
    const old = await issuer.tokenFor({ name: 'alice', roles: [] });
    await callerOf(signIn, old);
    await issuer.rotate();
    const fresh = await issuer.tokenFor({ name: 'bob', roles: [] });
    const names = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, index) => (await callerOf(signIn, index % 2 === 0 ? fresh : old)).name,
      ),
    );
    expect(new Set(names)).toEqual(new Set(['alice', 'bob']));
    expect(issuer.keyRequests).toBe(2);
  });

  it('are asked for once, however many tokens name a key that nobody has', async () => {
    const signIn = openSignIn(issuer.options, { cooldownMs: 200 });
    await signIn.warm();
    const foreign = await issuer.sign({ sub: 'a' }, { kid: 'nobody-has-it' });
    const faults = await Promise.all(
      Array.from({ length: 50 }, () => faultFrom(callerOf(signIn, foreign))),
    );
    expect(new Set(faults.map(({ details }) => details['reason']))).toEqual(
      new Set(['signed with an unknown key']),
    );
    expect(issuer.keyRequests).toBe(2);
  });

  it('are trusted no longer once a newer set lacks them', async () => {
    const signIn = opened();
    const old = await issuer.tokenFor({ name: 'alice', roles: [] });
    await callerOf(signIn, old);
    await issuer.rotate({ withdraw: true });
    await callerOf(signIn, await issuer.tokenFor({ name: 'bob', roles: [] }));
    const fault = await faultFrom(callerOf(signIn, old));
    expect(fault.details).toEqual({ reason: 'signed with an unknown key' });
  });

  it('serve on while the provider is away; without any, nobody gets in', async () => {
    const told: boolean[] = [];
    const signIn = opened();
    const token = await issuer.tokenFor({ name: 'alice', roles: [] });
    await callerOf(signIn, token);
    issuer.isAway = true;
    expect((await callerOf(signIn, token)).name).toBe('alice');
    const blind = openSignIn(issuer.options, {
      cooldownMs: 1,
      onProvider: (isUp) => told.push(isUp),
    });
    expect((await faultFrom(callerOf(blind, token))).code).toBe('SERVICE_UNREACHABLE');
    issuer.isAway = false;
    expect((await callerOf(blind, token)).name).toBe('alice');
    expect(told).toEqual([false, true]);
  });

  it('are taken from nobody else: a document of another issuer is not followed', async () => {
    const signIn = opened({ issuerUrl: `${issuer.url}/realm` });
    const fault = await faultFrom(callerOf(signIn, await issuer.sign({ sub: 'a' })));
    expect(fault.code).toBe('SERVICE_UNREACHABLE');
    const token = await issuer.sign({ sub: 'a', iss: 'https://desk.example' });
    const direct = opened({ issuerUrl: 'https://desk.example', jwksUrl: `${issuer.url}/keys` });
    expect((await callerOf(direct, token)).name).toBe('a');
  });
});
