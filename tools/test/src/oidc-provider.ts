/** A certified OpenID provider on loopback that tests may stop, teach new keys and take clients from. */
import { generateKeyPairSync, randomUUID, type JsonWebKey } from 'node:crypto';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Adapter, Provider } from 'oidc-provider';

export interface OidcProviderOptions {
  /** Secrets by client id. Each gets tokens by client credentials, its id as their `sub`. */
  readonly clients: Readonly<Record<string, string>>;
  /** The `aud` of every token. */
  readonly audience: string;
  readonly tokenLifeSeconds: number;
  /** Scopes that a token may carry, parted by spaces. */
  readonly scope?: string;
  /** Claims of every token beside the standard ones. */
  readonly claims?: (clientId: string) => Readonly<Record<string, unknown>>;
}

export interface OidcProvider {
  readonly issuer: string;
  readonly tokenEndpointUrl: string;
  readonly jwksUrl: string;
  /** Tokens that were given out so far. */
  readonly granted: number;
  /** How often the keys were read so far. */
  readonly keyReads: number;
  /** While it is down, connections are cut before they are answered. */
  setDown(isDown: boolean): void;
  /** The client is unknown from here on; tokens it already has live on. */
  revoke(clientId: string): void;
  restore(clientId: string): void;
  /** Publishes a key that will sign from the next rotation on, as providers do ahead of it. */
  announceKey(): void;
  /** From here on signs by the announced key, or by one that nobody has heard of. Earlier keys stay published. */
  rotateKey(): void;
  close(): Promise<void>;
}

export async function startOidcProvider(options: OidcProviderOptions): Promise<OidcProvider> {
  const clients = new Map(Object.entries(options.clients));
  let keys = [newKey()];
  let isDown = false;
  let granted = 0;
  let keyReads = 0;
  let announced: JsonWebKey | undefined;
  let answer: RequestListener = () => undefined;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyReads += 1;
    if (isDown) request.socket.destroy();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  // Clients and keys of this provider never change: another one takes its place.
  const renew = (): void => {
    const provider = providerOf(issuer, options, {
      clients,
      keys: announced === undefined ? keys : [...keys, announced],
    });
    provider.on('grant.success', () => {
      granted += 1;
    });
    answer = (request, response) => void provider.callback()(request, response);
  };
  renew();
  return {
    issuer,
    tokenEndpointUrl: `${issuer}/token`,
    jwksUrl: `${issuer}/jwks`,
    get granted() {
      return granted;
    },
    get keyReads() {
      return keyReads;
    },
    setDown: (down) => {
      isDown = down;
      if (down) server.closeAllConnections();
    },
    revoke: (clientId) => {
      clients.delete(clientId);
      renew();
    },
    restore: (clientId) => {
      clients.set(clientId, options.clients[clientId] ?? '');
      renew();
    },
    announceKey: () => {
      announced = newKey();
      renew();
    },
    rotateKey: () => {
      keys = [announced ?? newKey(), ...keys];
      announced = undefined;
      renew();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Changeable {
  readonly clients: ReadonlyMap<string, string>;
  readonly keys: readonly JsonWebKey[];
}

function providerOf(
  issuer: string,
  { audience, tokenLifeSeconds, scope = 'kafka', claims }: OidcProviderOptions,
  { clients, keys }: Changeable,
): Provider {
  return new Provider(issuer, {
    clients: [...clients].map(([id, secret]) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope,
    })),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    adapter: () => FORGETFUL,
    scopes: scope.split(' '),
    jwks: { keys: [...keys] },
    cookies: { keys: [randomUUID()] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:tickmesh:${audience}`,
        getResourceServerInfo: () => ({
          scope,
          audience,
          accessTokenTTL: tokenLifeSeconds,
          accessTokenFormat: 'jwt',
        }),
      },
    },
    ttl: { ClientCredentials: tokenLifeSeconds },
    ...(claims === undefined
      ? {}
      : { extraTokenClaims: (_, token) => ({ ...claims(token.clientId ?? '') }) }),
  });
}

/** Tokens of this kind are their own proof: nothing needs to be kept. */
const FORGETFUL: Adapter = {
  upsert: () => Promise.resolve(undefined),
  find: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(undefined),
  destroy: () => Promise.resolve(undefined),
  revokeByGrantId: () => Promise.resolve(undefined),
};

function newKey(): JsonWebKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' };
}
