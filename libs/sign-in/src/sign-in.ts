/** Bearer tokens (RFC 6750) that are JWTs (RFC 7519) of one issuer, verified as RFC 8725 asks. */
import { Fault, isFault } from '@tickmesh/kernel';
import { errors, jwtVerify } from 'jose';
import type { Caller } from './caller.ts';
import { callerFrom } from './claims.ts';
import { KeyRing } from './key-ring.ts';
import type { SignInOptions } from './options.ts';
import { fetchKeys } from './provider.ts';

export interface SignIn {
  /**
   * @param authorization the header of the call, as it came
   * @throws Fault NOT_SIGNED_IN without a bearer token; TOKEN_REFUSED with the reason, never with the token;
   * SERVICE_UNREACHABLE when the provider's keys cannot be had
   */
  callerOf(authorization: string | undefined): Promise<Caller>;
  /** Fetches the keys before the first caller needs them. @throws Fault SERVICE_UNREACHABLE */
  warm(): Promise<void>;
}

export interface SignInParts {
  /** Told whether the provider answered when it was asked for keys. */
  readonly onProvider?: (isUp: boolean, reason?: string) => void;
  /** Between two questions to the provider; tests shorten it. */
  readonly cooldownMs?: number;
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number;
}

/** Longer ones are refused unread; real ones have one or two thousand. */
const TOKEN_CHARACTERS_MAX = 8_192;

export function openSignIn(options: SignInOptions, parts: SignInParts = {}): SignIn {
  const { onProvider, cooldownMs, nowMs = Date.now } = parts;
  const keys = new KeyRing({
    fetchKeys: () => fetchKeys(options),
    ...(onProvider === undefined ? {} : { onAsked: onProvider }),
    ...(cooldownMs === undefined ? {} : { cooldownMs }),
  });
  return {
    callerOf: async (authorization) => {
      const token = bearerOf(authorization);
      const claims = await verified(token, { options, keys, nowMs });
      const caller = callerFrom(claims, options);
      if (typeof caller === 'string') throw refused(caller);
      return caller;
    },
    warm: () => keys.warm(),
  };
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new Fault('NOT_SIGNED_IN', {
      header: 'authorization',
      rule: 'Bearer and a token',
      cure: '`mesh token` prints one for this machine',
    });
  }
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)?.[1];
  if (token === undefined) throw refused('malformed: not Bearer and a token');
  if (token.length > TOKEN_CHARACTERS_MAX) {
    throw refused(`longer than ${TOKEN_CHARACTERS_MAX} characters`);
  }
  return token;
}

interface Verifying {
  readonly options: SignInOptions;
  readonly keys: KeyRing;
  readonly nowMs: () => number;
}

async function verified(
  token: string,
  { options, keys, nowMs }: Verifying,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { payload } = await jwtVerify(token, keys.lookup, {
      issuer: options.issuerUrl,
      audience: options.audience,
      algorithms: [...options.algorithms],
      clockTolerance: options.clockLeewayMs / 1_000,
      currentDate: new Date(nowMs()),
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    throw refused(reasonOf(thrown, options));
  }
}

/** Why, in words that repeat nothing of the token: what it holds may be anything. */
function reasonOf(thrown: unknown, { issuerUrl, audience, algorithms }: SignInOptions): string {
  if (thrown instanceof errors.JWTExpired) return 'expired';
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.claim === 'aud') return `wrong audience: must be ${audience}`;
    if (thrown.claim === 'iss') return `wrong issuer: must be ${issuerUrl}`;
    if (thrown.claim === 'nbf') return 'not valid yet';
    if (thrown.claim === 'exp') return 'without an end: exp is required';
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) {
    return `wrong algorithm: must be one of ${algorithms.join(', ')}`;
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'signed with an unknown key';
  if (thrown instanceof errors.JWKSMultipleMatchingKeys)
    return 'names no key, of which there are several';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'wrong signature';
  return 'malformed: not a signed JWT';
}

const refused = (reason: string): Fault => new Fault('TOKEN_REFUSED', { reason });
