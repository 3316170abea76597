/** An issuer inside the test's own process, whose key is made on the fly: tests call services with real tokens. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  exportJWK,
  generateKeyPair,
} from 'jose';
import type { Caller } from '../caller.ts';
import type { SignInOptions } from '../options.ts';

export const TEST_AUDIENCE = 'tickmesh';

const TOKEN_LIFE_SECONDS = 3_600;

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export class TestIssuer {
  readonly url: string;
  readonly #server: Server;
  #keys: readonly Key[];
  #made = 1;
  /** How often its keys were asked for. */
  keyRequests = 0;
  /** While true it answers with 503. */
  isAway = false;

  private constructor(server: Server, keys: readonly Key[]) {
    this.#server = server;
    this.#keys = keys;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const { status, body } = this.#answer(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  static async open(): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // It must not keep a test alive that forgot it.
    server.unref();
    return new TestIssuer(server, [await newKey('key-1')]);
  }

  /** What a service must be told to take its tokens. */
  get environment(): Readonly<Record<string, string>> {
    return { SIGN_IN_ISSUER: this.url, NODE_ENV: 'test' };
  }

  /** The same for a service that is configured by hand. */
  get options(): SignInOptions {
    return {
      issuerUrl: this.url,
      audience: TEST_AUDIENCE,
      rolesClaim: 'roles',
      nameClaim: 'sub',
      algorithms: ['RS256', 'ES256'],
      clockLeewayMs: 5_000,
    };
  }

  /** A token as the services want it. */
  tokenFor({ name, roles }: Caller): Promise<string> {
    return this.sign({ sub: name, roles: [...roles] });
  }

  /** The header of a call by a person with these roles. */
  async headersFor(caller: Caller): Promise<{ readonly authorization: string }> {
    return { authorization: `Bearer ${await this.tokenFor(caller)}` };
  }

  /** Any token: what is given goes before what a sound one has. */
  sign(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const exp = Math.floor(Date.now() / 1_000) + TOKEN_LIFE_SECONDS;
    return this.endless({ exp, ...claims }, header);
  }

  /** A token that does not say when it ends. */
  endless(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('The issuer has no key');
    const iat = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: this.url, aud: TEST_AUDIENCE, iat, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  /** A new key signs; `withdraw` takes the old ones out of what is published. */
  async rotate({ withdraw = false } = {}): Promise<void> {
    const fresh = await newKey(`key-${++this.#made}`);
    this.#keys = [fresh, ...(withdraw ? [] : this.#keys)];
  }

  /** The public halves, as the provider publishes them. */
  published(): { readonly keys: readonly JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  #answer(path: string): { readonly status: number; readonly body: object } {
    if (this.isAway) return { status: 503, body: {} };
    if (path === '/.well-known/openid-configuration') {
      return { status: 200, body: { issuer: this.url, jwks_uri: `${this.url}/keys` } };
    }
    if (path !== '/keys') return { status: 404, body: {} };
    this.keyRequests += 1;
    return { status: 200, body: this.published() };
  }
}

async function newKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    kid,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' },
  };
}
