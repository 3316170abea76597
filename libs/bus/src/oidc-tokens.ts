/** Bearer tokens by OIDC client credentials (RFC 6749 section 4.4): asked for once, kept, renewed early. */
import { Fault, faultOf } from '@tickmesh/kernel';
import type { TokenSource } from './security.ts';

/** Who asks, and where. One of the two addresses is there. */
export interface OidcClient {
  readonly tokenEndpointUrl: string | undefined;
  /** Base of `/.well-known/openid-configuration`, asked when the token endpoint is not named. */
  readonly issuerUrl: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
  /** The claim that names the principal: a token without it would be refused by the broker. */
  readonly subClaimName: string;
}

interface Token {
  readonly text: string;
  readonly renewAtMs: number;
  /** From here on it is no longer handed out. */
  readonly spentAtMs: number;
  readonly renewalPauseMs: number;
}

type Json = Readonly<Record<string, unknown>>;

const REQUEST_TIMEOUT_MS = 10_000;
/**
 * A token that ends within this is no longer handed out: it must outlive the way to the broker, which gives a session
 * without end to a token at its very end. A quarter of its life at the most.
 */
const EXPIRY_MARGIN_MS = 5_000;
/** After a renewal that failed, while the token in hand still lives. An eighth of its life at the most. */
const RENEWAL_PAUSE_MS = 5_000;

/**
 * A token is kept for half of its life; then it is renewed, and while the provider is away the old one serves until
 * shortly before its end. However many ask at once, one request is under way. Neither the secret nor a token is ever
 * part of a fault.
 *
 * The source rejects with Fault BROKER_CREDENTIALS when the provider refuses the client or its answer cannot be used,
 * and with SERVICE_UNREACHABLE when it does not answer.
 * @param nowMs milliseconds since the epoch
 */
export function oidcTokens(client: OidcClient, nowMs: () => number = Date.now): TokenSource {
  let held: Token | undefined;
  let pauseUntilMs = 0;
  let renewal: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    try {
      held = await requestToken(client, nowMs);
      return held.text;
    } catch (thrown) {
      if (held === undefined || nowMs() >= held.spentAtMs) throw thrown;
      pauseUntilMs = nowMs() + held.renewalPauseMs;
      return held.text;
    } finally {
      renewal = undefined;
    }
  };
  const isUsable = (token: Token, now: number): boolean =>
    now < token.spentAtMs && (now < token.renewAtMs || now < pauseUntilMs);
  return () => {
    if (held !== undefined && isUsable(held, nowMs())) return Promise.resolve(held.text);
    return (renewal ??= renew());
  };
}

async function requestToken(client: OidcClient, nowMs: () => number): Promise<Token> {
  const url = client.tokenEndpointUrl ?? (await discover(client.issuerUrl ?? ''));
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (client.scope !== undefined) form.set('scope', client.scope);
  if (client.audience !== undefined) form.set('audience', client.audience);
  const askedAtMs = nowMs();
  const answer = await fetchJson(url, {
    method: 'POST',
    headers: {
      authorization: basicCredentials(client),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: form.toString(),
  });
  return tokenOf(answer, { client, url, askedAtMs });
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function basicCredentials({ clientId, clientSecret }: OidcClient): string {
  const encoded = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
  const pair = `${encoded(clientId)}:${encoded(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** OpenID Connect Discovery 1.0: the document must be the issuer's own, and may not lead away from TLS. */
async function discover(issuerUrl: string): Promise<string> {
  const issuer = issuerUrl.replace(/\/+$/, '');
  const url = `${issuer}/.well-known/openid-configuration`;
  const document = await fetchJson(url, { headers: { accept: 'application/json' } });
  if (textOf(document, 'issuer')?.replace(/\/+$/, '') !== issuer) {
    throw refused(url, 'the discovery document names another issuer');
  }
  const endpoint = textOf(document, 'token_endpoint');
  if (endpoint === undefined || !URL.canParse(endpoint)) {
    throw refused(url, 'the discovery document names no token endpoint');
  }
  if (issuer.startsWith('https:') && !endpoint.startsWith('https:')) {
    throw refused(url, 'the token endpoint is not on https, as its issuer is');
  }
  return endpoint;
}

function tokenOf(
  answer: Json,
  asked: { readonly client: OidcClient; readonly url: string; readonly askedAtMs: number },
): Token {
  const { client, url, askedAtMs } = asked;
  const text = textOf(answer, 'access_token');
  if (text === undefined || !/^[\x21-\x7e]+$/.test(text)) {
    throw refused(url, 'the answer has no access token');
  }
  if (textOf(answer, 'token_type')?.toLowerCase() !== 'bearer') {
    throw refused(url, 'the token is not of the type Bearer');
  }
  const claims = claimsOf(text);
  if (textOf(claims, client.subClaimName) === undefined) {
    throw refused(url, `the token has no claim ${client.subClaimName}`);
  }
  const lifeMs = lifeMsOf(answer, claims, askedAtMs);
  if (lifeMs === undefined) throw refused(url, 'the token does not say how long it lives');
  return {
    text,
    renewAtMs: askedAtMs + lifeMs / 2,
    spentAtMs: askedAtMs + lifeMs - Math.min(EXPIRY_MARGIN_MS, lifeMs / 4),
    renewalPauseMs: Math.min(RENEWAL_PAUSE_MS, lifeMs / 8),
  };
}

/** `expires_in` is recommended only; the token's own `exp` says the same by the provider's clock. */
function lifeMsOf(answer: Json, claims: Json, askedAtMs: number): number | undefined {
  const seconds = Number(answer['expires_in'] ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1_000;
  const expiresSeconds = claims['exp'];
  if (typeof expiresSeconds !== 'number') return undefined;
  const lifeMs = expiresSeconds * 1_000 - askedAtMs;
  return lifeMs > 0 ? lifeMs : undefined;
}

/** The claims of a JWT (RFC 7519), unverified: the broker judges them. Of anything else, none. */
function claimsOf(token: string): Json {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return objectOf(JSON.parse(payload));
  } catch {
    return {};
  }
}

async function fetchJson(url: string, request: RequestInit): Promise<Json> {
  const { status, text } = await exchange(url, request);
  const body = parsed(text);
  if (status === 429 || status >= 500) throw new Fault('SERVICE_UNREACHABLE', { url, status });
  if (status !== 200) {
    // `error` is a word of the standard; its description may repeat what was sent.
    const error = textOf(body, 'error');
    const word = error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : 'refused';
    throw refused(url, word, status);
  }
  return body;
}

async function exchange(
  url: string,
  request: RequestInit,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const answer = await fetch(url, { ...request, redirect: 'error', signal });
    return { status: answer.status, text: await answer.text() };
  } catch (thrown) {
    const { message } = faultOf(thrown);
    throw new Fault('SERVICE_UNREACHABLE', { url, message }, thrown);
  }
}

const parsed = (text: string): Json => {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
};

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

function textOf(object: Json, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const refused = (url: string, reason: string, status?: number): Fault =>
  new Fault('BROKER_CREDENTIALS', {
    mechanism: 'OAUTHBEARER',
    url,
    reason,
    ...(status === undefined ? {} : { status }),
  });
