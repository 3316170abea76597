import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault, faultOf } from '@tickmesh/kernel';
import { type OidcClient, oidcTokens } from './oidc-tokens.ts';

const SECRET = 's3cret:with/odd characters';

interface Request {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

let server: Server;
let base: string;
let requests: Request[];
let answer: (request: Request) => Answer | Promise<Answer>;
let nowMs: number;
const clock = (): number => nowMs;

const jwt = (claims: object): string =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

/** A token of one minute; each is another. */
const granted = (claims: object = { sub: 'mesh' }): Answer => ({
  status: 200,
  body: {
    access_token: jwt({ ...claims, jti: requests.length }),
    token_type: 'Bearer',
    expires_in: 60,
  },
});

const clientWith = (changes: Partial<OidcClient> = {}): OidcClient => ({
  tokenEndpointUrl: `${base}/token`,
  issuerUrl: undefined,
  clientId: 'mesh client',
  clientSecret: SECRET,
  scope: undefined,
  audience: undefined,
  subClaimName: 'sub',
  ...changes,
});

async function read(message: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    path: message.url ?? '',
    authorization: message.headers.authorization,
    form: new URLSearchParams(Buffer.concat(chunks).toString()),
  };
}

async function failureOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work;
  } catch (thrown) {
    return faultOf(thrown);
  }
  throw new Error('It should have failed');
}

beforeEach(async () => {
  requests = [];
  nowMs = 1_000_000;
  answer = () => granted();
  server = createServer((message, response) => {
    void read(message).then(async (request) => {
      requests.push(request);
      const { status, body } = await answer(request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('tokens of an OIDC provider', () => {
  it('are asked for with client credentials, scope and audience', async () => {
    const tokens = oidcTokens(clientWith({ scope: 'kafka', audience: 'the-cluster' }), clock);
    const token = await tokens();
    expect(token.split('.')).toHaveLength(3);
    const [request] = requests;
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'kafka',
      audience: 'the-cluster',
    });
    const credentials = Buffer.from(request?.authorization?.slice(6) ?? '', 'base64').toString();
    expect(credentials).toBe('mesh+client:s3cret%3Awith%2Fodd+characters');
  });

  it('are kept until half of their life, then renewed', async () => {
    const tokens = oidcTokens(clientWith(), clock);
    const first = await tokens();
    nowMs += 29_999;
    expect(await tokens()).toBe(first);
    nowMs += 1;
    expect(await tokens()).not.toBe(first);
    expect(requests).toHaveLength(2);
  });

  it('are asked for once, however many want one at the same time', async () => {
    const tokens = oidcTokens(clientWith(), clock);
    const held = await Promise.all(Array.from({ length: 20 }, () => tokens()));
    expect(new Set(held).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it('serve on while the provider is away, as long as they live', async () => {
    const tokens = oidcTokens(clientWith(), clock);
    const first = await tokens();
    answer = () => ({ status: 503, body: 'away' });
    nowMs += 40_000;
    expect(await tokens()).toBe(first);
    expect(await tokens()).toBe(first);
    expect(requests).toHaveLength(2);
    nowMs += 5_000;
    expect(await tokens()).toBe(first);
    expect(requests).toHaveLength(3);
    nowMs += 10_000;
    expect((await failureOf(tokens())).code).toBe('SERVICE_UNREACHABLE');
    answer = () => granted();
    expect(await tokens()).not.toBe(first);
  });

  it('come from the endpoint that the issuer names', async () => {
    answer = ({ path }) =>
      path === '/realm/.well-known/openid-configuration'
        ? {
            status: 200,
            body: { issuer: `${base}/realm`, token_endpoint: `${base}/realm/tokens` },
          }
        : granted();
    const client = clientWith({ tokenEndpointUrl: undefined, issuerUrl: `${base}/realm/` });
    await oidcTokens(client, clock)();
    expect(requests.map(({ path }) => path)).toEqual([
      '/realm/.well-known/openid-configuration',
      '/realm/tokens',
    ]);
  });

  it('are not asked for where the discovery document is of another issuer', async () => {
    answer = () => ({
      status: 200,
      body: { issuer: 'https://else', token_endpoint: `${base}/t` },
    });
    const client = clientWith({ tokenEndpointUrl: undefined, issuerUrl: base });
    expect((await failureOf(oidcTokens(client, clock)())).code).toBe('BROKER_CREDENTIALS');
    expect(requests).toHaveLength(1);
  });

  it('live as long as their own exp when the answer does not say it', async () => {
    answer = () => ({
      status: 200,
      body: { access_token: jwt({ sub: 'mesh', exp: 1_100 }), token_type: 'bearer' },
    });
    const tokens = oidcTokens(clientWith(), clock);
    await tokens();
    nowMs += 49_000;
    await tokens();
    expect(requests).toHaveLength(1);
    nowMs += 1_000;
    await tokens();
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['no claim that names the principal', () => granted({ name: 'mesh' })],
    [
      'no life',
      () => ({ status: 200, body: { access_token: jwt({ sub: 'm' }), token_type: 'Bearer' } }),
    ],
    [
      'another type than Bearer',
      () => ({
        status: 200,
        body: { access_token: jwt({ sub: 'm' }), token_type: 'mac', expires_in: 60 },
      }),
    ],
    ['no token', () => ({ status: 200, body: { token_type: 'Bearer', expires_in: 60 } })],
    ['no JSON', () => ({ status: 200, body: '<html>' })],
  ])('are refused with %s', async (_, given: () => Answer) => {
    answer = given;
    const fault = await failureOf(oidcTokens(clientWith(), clock)());
    expect(fault.code).toBe('BROKER_CREDENTIALS');
  });

  it('keep the secret out of every fault, also when the provider repeats it', async () => {
    answer = ({ authorization }) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `${SECRET} ${authorization ?? ''}` },
    });
    const refusal = await failureOf(oidcTokens(clientWith(), clock)());
    expect(refusal.details).toMatchObject({ reason: 'invalid_client', status: 401 });
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
    const silence = await failureOf(oidcTokens(clientWith(), clock)());
    expect(silence.code).toBe('SERVICE_UNREACHABLE');
    for (const fault of [refusal, silence]) {
      const shown = inspect(fault, { depth: 9 });
      expect(shown).not.toContain('s3cret');
      expect(shown).not.toContain(
        Buffer.from('mesh+client:s3cret').toString('base64').slice(0, 20),
      );
    }
    server.listen(0);
  });
});
