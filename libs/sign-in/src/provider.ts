/** What is asked of a provider: its discovery document and its keys, bounded in size and time. */
import { Fault, faultOf } from '@tickmesh/kernel';
import type { JSONWebKeySet } from 'jose';

const REQUEST_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 262_144;

export interface ProviderAddress {
  readonly issuerUrl: string;
  readonly jwksUrl?: string | undefined;
}

/**
 * The keys that the provider publishes (RFC 7517), found by OpenID Connect Discovery 1.0 unless their address is known.
 * @throws Fault SERVICE_UNREACHABLE when the provider does not answer, or not with what it should
 */
export async function fetchKeys(provider: ProviderAddress): Promise<JSONWebKeySet> {
  const url = provider.jwksUrl ?? (await discoverKeys(provider.issuerUrl));
  const { keys } = await fetchJson(url);
  if (!Array.isArray(keys) || keys.length === 0) throw unusable(url, 'it publishes no keys');
  return { keys: keys as JSONWebKeySet['keys'] };
}

/** The document must be the issuer's own, and may not lead away from TLS. */
async function discoverKeys(issuerUrl: string): Promise<string> {
  const issuer = withoutSlash(issuerUrl);
  const url = `${issuer}/.well-known/openid-configuration`;
  const document = await fetchJson(url);
  if (typeof document['issuer'] !== 'string' || withoutSlash(document['issuer']) !== issuer) {
    throw unusable(url, 'its discovery document names another issuer');
  }
  const keysUrl = document['jwks_uri'];
  if (typeof keysUrl !== 'string' || !URL.canParse(keysUrl)) {
    throw unusable(url, 'its discovery document names no jwks_uri');
  }
  if (issuer.startsWith('https:') && !keysUrl.startsWith('https:')) {
    throw unusable(url, 'its jwks_uri is not on https, as the issuer is');
  }
  return keysUrl;
}

async function fetchJson(url: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const headers = { accept: 'application/json' };
    const answer = await fetch(url, { headers, redirect: 'error', signal });
    text = await boundedText(answer);
    if (answer.status !== 200) throw unusable(url, `it answered with ${answer.status}`);
  } catch (thrown) {
    const { message } = faultOf(thrown);
    throw new Fault('SERVICE_UNREACHABLE', { service: 'sign-in provider', url, message }, thrown);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, as any other answer that is no object.
  }
  throw unusable(url, 'its answer is no JSON object');
}

async function boundedText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const unusable = (url: string, reason: string): Fault =>
  new Fault('SERVICE_UNREACHABLE', { service: 'sign-in provider', url, reason });
