/** Which token a client gets: OAuth 2.0 (RFC 6749) client credentials, and tokens for persons. */
import { CALLER_ROLES } from '@tickmesh/contracts';
import type { Client } from './clients.ts';

/** A grant of ours: a client that may command names the person and the roles. */
export const PERSON_GRANT = 'urn:tickmesh:grant-type:person';

/** The claims that differ from token to token. */
export interface Grant {
  readonly subject: string;
  readonly audience: string;
  readonly roles: readonly string[];
  readonly scope: string | undefined;
}

/** RFC 6749 section 5.2. */
export interface Refusal {
  readonly status: 400 | 401;
  readonly error:
    | 'invalid_client'
    | 'invalid_request'
    | 'invalid_scope'
    | 'invalid_target'
    | 'unauthorized_client'
    | 'unsupported_grant_type';
  readonly description: string;
}

/** No control characters: the name stands in logs and on record. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,99}$/u;

export function grantFor(client: Client, form: URLSearchParams): Grant | Refusal {
  const audience = form.get('audience') ?? form.get('resource') ?? client.audiences[0];
  if (audience === undefined || !client.audiences.includes(audience)) {
    return refusal('invalid_target', `audience: one of ${client.audiences.join(', ')}`);
  }
  const grant = form.get('grant_type');
  if (grant === 'client_credentials') return credentialsGrant(client, form, audience);
  if (grant === PERSON_GRANT) return personGrant(client, form, audience);
  return refusal('unsupported_grant_type', `grant_type: client_credentials or ${PERSON_GRANT}`);
}

export const isRefusal = (grant: Grant | Refusal): grant is Refusal => 'error' in grant;

function credentialsGrant(
  client: Client,
  form: URLSearchParams,
  audience: string,
): Grant | Refusal {
  const allowed = client.scopes ?? [];
  const asked = wordsOf(form.get('scope'));
  const foreign = asked.find((scope) => !allowed.includes(scope));
  if (foreign !== undefined) {
    return refusal('invalid_scope', `scope: of ${allowed.join(', ') || 'none'}`);
  }
  return {
    subject: client.subject ?? client.id,
    audience,
    roles: client.roles ?? [],
    scope: asked.length === 0 ? undefined : asked.join(' '),
  };
}

function personGrant(client: Client, form: URLSearchParams, audience: string): Grant | Refusal {
  if (client.commands !== true) {
    return refusal('unauthorized_client', 'this client has no tokens made for persons');
  }
  const subject = form.get('name') ?? '';
  const roles = wordsOf(form.get('roles'));
  if (!NAME.test(subject)) {
    return refusal('invalid_request', 'name: at most 100 letters, digits and . _ @ - or blanks');
  }
  const known = Object.keys(CALLER_ROLES);
  if (roles.length === 0 || !roles.every((role) => known.includes(role))) {
    return refusal('invalid_request', `roles: of ${known.join(', ')}`);
  }
  return { subject, audience, roles, scope: undefined };
}

const wordsOf = (text: string | null): string[] => [
  ...new Set((text ?? '').split(/[\s,]+/).filter((word) => word !== '')),
];

const refusal = (error: Refusal['error'], description: string): Refusal => ({
  status: 400,
  error,
  description,
});
