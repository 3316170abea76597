/**
 * Listeners of a broker that ask who is there: mutual TLS, and SASL with and without TLS. One recipe for tests and for
 * the local mesh; what production needs beside it is said in docs/security.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from './certificates.ts';

export type SecuredProtocol = 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';

export interface SecuredListeners {
  /** A loopback port for each listener that is wanted. */
  readonly ports: Readonly<Partial<Record<SecuredProtocol, number>>>;
  readonly authority: Authority;
  /** Folder for the broker's key and certificate, readable by its owner alone. */
  readonly folder: string;
  /** Users with their passwords, the same for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly users?: Readonly<Record<string, string>>;
  /** Who signs the tokens of OAUTHBEARER. The provider must answer before the broker starts. */
  readonly tokens?: TokenRules;
  /**
   * Rights are checked by access control lists, and nobody has any at first but the broker and these principals. The
   * controller then asks for the broker's certificate; whoever comes by the plaintext listener has no rights.
   */
  readonly acls?: { readonly superUsers: readonly string[] };
}

/** What the broker checks of a token, beside its signature and its end. */
export interface TokenRules {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names the principal; `sub` when absent. */
  readonly subClaimName?: string;
  /** A connection must prove itself anew this often, at the most an hour, and at the end of its token in any case. */
  readonly reauthenticationMs?: number;
  /** How often the broker asks for the provider's keys; also how soon it knows a new one. */
  readonly jwksRefreshMs?: number;
}

/** What `startBroker` takes. */
export interface SecuredBrokerSettings {
  readonly properties: Readonly<Record<string, string>>;
  readonly jvmFlags: readonly string[];
  readonly scramUsers: Readonly<Record<string, string>>;
}

/** The common name of the broker's certificate, and its principal. */
const BROKER_NAME = 'broker';
const PASSWORD_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const LOGIN_MODULES = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  OAUTHBEARER: 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule',
} as const;
const TOKEN_VALIDATOR =
  'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler';
/**
 * The default validator of Kafka 4.1.0 takes any token that has not ended, whoever signed it and for whomever. The one
 * that checks signature, issuer and audience must be named, for the listener: named for listener and mechanism, as all
 * the rest is, it is passed over in silence.
 */
const BROKER_TOKEN_CHECK = 'org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator';
/** Unset, a connection would outlive its token. */
const REAUTHENTICATION_MS = 3_600_000;
/** Java reads keys for tokens from nowhere else. */
const ALLOWED_URLS_FLAG = '-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=';

/** Writes the broker's certificate and answers the settings that `startBroker` puts on top of its own. */
export async function securedListeners(options: SecuredListeners): Promise<SecuredBrokerSettings> {
  const { ports, users = {}, tokens, acls } = options;
  const listeners = Object.entries(ports)
    .map(([protocol, port]) => `${protocol}://127.0.0.1:${String(port)}`)
    .join(',');
  return {
    properties: {
      listeners,
      ...(await tlsProperties(options)),
      ...saslProperties('sasl_ssl', ports.SASL_SSL, options),
      ...saslProperties('sasl_plaintext', ports.SASL_PLAINTEXT, options),
      ...(acls === undefined ? {} : aclProperties(acls.superUsers)),
    },
    jvmFlags: tokens === undefined ? [] : [`${ALLOWED_URLS_FLAG}${tokens.jwksUrl}`],
    scramUsers: users,
  };
}

async function tlsProperties(options: SecuredListeners): Promise<Record<string, string>> {
  const { authority, folder } = options;
  const { certificate, key } = await authority.issue({ name: BROKER_NAME, usage: 'server' });
  mkdirSync(folder, { recursive: true });
  const keyStore = join(folder, 'broker.pem');
  const trustStore = join(folder, 'authority.pem');
  writeFileSync(keyStore, `${key}${certificate}`, { mode: 0o600 });
  writeFileSync(trustStore, authority.certificate);
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStore.replaceAll('\\', '/'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': trustStore.replaceAll('\\', '/'),
    'listener.name.ssl.ssl.client.auth': 'required',
    'listener.name.sasl_ssl.ssl.client.auth': 'none',
    // The principal is the common name alone, as SASL names it.
    'ssl.principal.mapping.rules': 'RULE:^CN=([A-Za-z0-9._-]+)$/$1/,DEFAULT',
  };
}

function saslProperties(
  listener: string,
  port: number | undefined,
  { users = {}, tokens }: SecuredListeners,
): Record<string, string> {
  if (port === undefined) return {};
  const hasUsers = Object.keys(users).length > 0;
  const mechanisms = [
    ...(hasUsers ? PASSWORD_MECHANISMS : []),
    ...(tokens === undefined ? [] : ['OAUTHBEARER']),
  ];
  const prefix = `listener.name.${listener}`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: mechanisms.join(','),
    ...(hasUsers ? passwordProperties(prefix, users) : {}),
    ...(tokens === undefined ? {} : tokenProperties(prefix, tokens)),
  };
}

function passwordProperties(
  prefix: string,
  users: Readonly<Record<string, string>>,
): Record<string, string> {
  const plain = Object.entries(users).map(
    ([name, password]) => ` user_${name}=${quoted(password)}`,
  );
  return {
    [`${prefix}.plain.sasl.jaas.config`]: `${LOGIN_MODULES.PLAIN} required${plain.join('')};`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: `${LOGIN_MODULES['SCRAM-SHA-256']} required;`,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: `${LOGIN_MODULES['SCRAM-SHA-512']} required;`,
  };
}

/** A JAAS string in a properties file: each of the two takes one backslash away. */
function quoted(password: string): string {
  const jaas = password.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `"${jaas.replaceAll('\\', '\\\\')}"`;
}

function tokenProperties(listener: string, tokens: TokenRules): Record<string, string> {
  const { jwksUrl, issuer, audience, subClaimName, jwksRefreshMs } = tokens;
  const { reauthenticationMs = REAUTHENTICATION_MS } = tokens;
  const prefix = `${listener}.oauthbearer`;
  return {
    [`${prefix}.sasl.jaas.config`]: `${LOGIN_MODULES.OAUTHBEARER} required ;`,
    [`${prefix}.sasl.server.callback.handler.class`]: TOKEN_VALIDATOR,
    [`${listener}.sasl.oauthbearer.jwt.validator.class`]: BROKER_TOKEN_CHECK,
    [`${prefix}.sasl.oauthbearer.jwks.endpoint.url`]: jwksUrl,
    [`${prefix}.sasl.oauthbearer.expected.audience`]: audience,
    [`${prefix}.sasl.oauthbearer.expected.issuer`]: issuer,
    ...(subClaimName === undefined
      ? {}
      : { [`${prefix}.sasl.oauthbearer.sub.claim.name`]: subClaimName }),
    [`${prefix}.connections.max.reauth.ms`]: String(reauthenticationMs),
    ...(jwksRefreshMs === undefined
      ? {}
      : { [`${prefix}.sasl.oauthbearer.jwks.endpoint.refresh.ms`]: String(jwksRefreshMs) }),
  };
}

/**
 * Without TLS on the controller's listener its broker would be anonymous, and whoever has all rights there would have
 * them on the plaintext listener as well.
 */
function aclProperties(superUsers: readonly string[]): Record<string, string> {
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': [BROKER_NAME, ...superUsers].map((name) => `User:${name}`).join(';'),
    'listener.security.protocol.map':
      'CONTROLLER:SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'listener.name.controller.ssl.client.auth': 'required',
  };
}
