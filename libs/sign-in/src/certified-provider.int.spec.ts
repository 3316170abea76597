/** Callers of a certified provider that is none of ours: client credentials, and keys that turn while calls go on. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { faultOf } from '@tickmesh/kernel';
import { type OidcProvider, startOidcProvider } from '@tickmesh/test-runner/oidc';
import { type SignIn, openSignIn } from './index.ts';

const CLIENTS = { dashboard: 'a-secret', intruder: 'another-secret' };

let provider: OidcProvider;
let signIn: SignIn;

beforeEach(async () => {
  provider = await startOidcProvider({
    clients: CLIENTS,
    audience: 'tickmesh',
    tokenLifeSeconds: 60,
    scope: 'mesh',
    claims: (id) => ({ desk: { roles: id === 'dashboard' ? ['viewer'] : [] } }),
  });
  signIn = openSignIn(
    {
      issuerUrl: provider.issuer,
      audience: 'tickmesh',
      scope: 'mesh',
      rolesClaim: 'desk.roles',
      nameClaim: 'sub',
      algorithms: ['RS256', 'ES256'],
      clockLeewayMs: 5_000,
    },
    { cooldownMs: 20 },
  );
});

afterEach(() => provider.close());

async function tokenOf(client: keyof typeof CLIENTS, scope = 'mesh'): Promise<string> {
  const answer = await fetch(provider.tokenEndpointUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client}:${CLIENTS[client]}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`no token: ${answer.status}`);
  return token;
}

const callerWith = (token: string) => signIn.callerOf(`Bearer ${token}`);

describe('callers of a certified provider', () => {
  it('are known by its discovery, keys and claims', async () => {
    expect(await callerWith(await tokenOf('dashboard'))).toEqual({
      name: 'dashboard',
      roles: ['viewer'],
    });
    expect(await callerWith(await tokenOf('intruder'))).toEqual({ name: 'intruder', roles: [] });
  });

  it.each(['announced', 'unannounced'])(
    'are never refused while its keys turn, %s',
    async (kind) => {
      const refusals: unknown[] = [];
      const keys = new Set<string>();
      let isOver = false;
      const calling = async (): Promise<void> => {
        while (!isOver) {
          const token = await tokenOf('dashboard');
          keys.add(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
          await callerWith(token).catch((thrown: unknown) =>
            refusals.push(faultOf(thrown).details),
          );
        }
      };
      const callers = Array.from({ length: 4 }, calling);
      for (let turn = 1; turn <= 3; turn++) {
        if (kind === 'announced') provider.announceKey();
        provider.rotateKey();
        // The next turn comes once a token of this one was made.
        while (keys.size < turn) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await callerWith(await tokenOf('dashboard'));
      isOver = true;
      await Promise.all(callers);
      expect(refusals).toEqual([]);
      expect(keys.size).toBeGreaterThanOrEqual(3);
    },
  );

  it('go on while it is away, and come in again when it is back with other keys', async () => {
    const token = await tokenOf('dashboard');
    await callerWith(token);
    provider.setDown(true);
    expect((await callerWith(token)).name).toBe('dashboard');
    provider.setDown(false);
    provider.rotateKey();
    expect((await callerWith(await tokenOf('dashboard'))).name).toBe('dashboard');
  });

  it('are refused with a token for somebody else than us', async () => {
    const other = await startOidcProvider({
      clients: CLIENTS,
      audience: 'kafka',
      tokenLifeSeconds: 60,
    });
    try {
      const answer = await fetch(other.tokenEndpointUrl, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`dashboard:${CLIENTS.dashboard}`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      const { access_token: token = '' } = (await answer.json()) as { access_token?: string };
      await expect(callerWith(token)).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    } finally {
      await other.close();
    }
  });
});
