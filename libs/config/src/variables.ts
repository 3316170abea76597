/**
 * Which variables are ours. A misspelt one would silently leave a default in force, so every variable
 * with our prefixes must be known to some part of the mesh.
 */
import type { Environment } from './load.ts';
import { type Problem, problem } from './problem.ts';
import { SCHEMAS } from './schemas.ts';

export const OWN_PREFIXES = ['KAFKA_', 'TICKMESH_', 'SCHEMA_REGISTRY_', 'SIGN_IN_'] as const;

/** Variables people bring from other systems, and what to do instead. Refused by name. */
export const REFUSED_VARIABLES: Readonly<Record<string, string>> = {
  KAFKA_BOOTSTRAP_SERVERS: 'not used here: set KAFKA_BROKERS',
  KAFKA_SCHEMA_REGISTRY_URL: 'not used here: set SCHEMA_REGISTRY_URL',
  KAFKA_ACKS: 'not a choice: producers wait for every in-sync replica',
  KAFKA_ENABLE_IDEMPOTENCE: 'not a choice: producers are idempotent',
  KAFKA_ENABLE_AUTO_COMMIT: 'not a choice: offsets are committed after the effect',
  KAFKA_AUTO_COMMIT_INTERVAL_MS: 'not a choice: offsets are committed after the effect',
  KAFKA_AUTO_OFFSET_RESET: 'not a choice: each consumer declares where it starts',
  KAFKA_GROUP_ID: 'not a choice: groups belong to services and strategies',
  KAFKA_CONSUMER_GROUP: 'not a choice: groups belong to services and strategies',
  KAFKA_COMPRESSION_TYPE: 'not used here: set KAFKA_COMPRESSION',
  KAFKA_SASL_MECHANISMS: 'not used here: set KAFKA_SASL_MECHANISM',
  KAFKA_SASL_PASSWD: 'not used here: set KAFKA_SASL_PASSWORD',
  KAFKA_SASL_JAAS_CONFIG: 'Java only: set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  KAFKA_SASL_KERBEROS_SERVICE_NAME: 'GSSAPI is not supported',
  KAFKA_SASL_KERBEROS_PRINCIPAL: 'GSSAPI is not supported',
  KAFKA_SASL_KERBEROS_KEYTAB: 'GSSAPI is not supported',
  KAFKA_SASL_KERBEROS_KINIT_CMD: 'GSSAPI is not supported',
  KAFKA_SASL_LOGIN_CALLBACK_HANDLER_CLASS: 'Java only: tokens come by OIDC client credentials',
  KAFKA_SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_ID:
    'not used here: set KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
  KAFKA_SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_SECRET:
    'not used here: set KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
  KAFKA_SASL_OAUTHBEARER_CONFIG: 'unsecured tokens are not supported',
  KAFKA_SASL_OAUTHBEARER_TOKEN: 'fixed tokens expire: set the client id and secret',
  KAFKA_SASL_OAUTHBEARER_SCOPE_CLAIM_NAME: 'a setting of the broker, which checks the scope',
  KAFKA_SASL_OAUTHBEARER_JWKS_ENDPOINT_URL: 'a setting of the broker, which checks signatures',
  KAFKA_SASL_OAUTHBEARER_EXPECTED_AUDIENCE: 'a setting of the broker, which checks the audience',
  KAFKA_SASL_OAUTHBEARER_EXPECTED_ISSUER: 'a setting of the broker, which checks the issuer',
  KAFKA_SASL_OAUTHBEARER_CLOCK_SKEW_SECONDS: 'a setting of the broker',
  KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM: "not a choice: the broker's name is always checked",
  KAFKA_ENABLE_SSL_CERTIFICATE_VERIFICATION:
    "not a choice: the broker's certificate is always checked",
  KAFKA_SSL_CA_PEM: 'files only: set KAFKA_SSL_CA_LOCATION',
  KAFKA_SSL_CERTIFICATE_PEM: 'files only: set KAFKA_SSL_CERTIFICATE_LOCATION',
  KAFKA_SSL_KEY_PEM: 'files only: set KAFKA_SSL_KEY_LOCATION',
  KAFKA_SSL_CRL_LOCATION:
    'lists of revoked certificates are not read: let certificates be short-lived',
  KAFKA_SSL_CIPHER_SUITES: "not a choice: Node's own",
  KAFKA_SSL_ENABLED_PROTOCOLS: 'not a choice: TLS 1.2 and 1.3',
  KAFKA_SSL_PROTOCOL: 'not a choice: TLS 1.2 and 1.3',
  KAFKA_SSL_KEYSTORE_TYPE: 'Java only: certificates and keys are PEM files',
  KAFKA_SSL_TRUSTSTORE_TYPE: 'Java only: certificates and keys are PEM files',
  KAFKA_SSL_KEYSTORE_LOCATION: 'Java only: set KAFKA_SSL_CERTIFICATE_LOCATION and _KEY_LOCATION',
  KAFKA_SSL_KEYSTORE_PASSWORD: 'Java only: set KAFKA_SSL_KEY_PASSWORD',
  KAFKA_SSL_TRUSTSTORE_LOCATION: 'Java only: set KAFKA_SSL_CA_LOCATION',
  KAFKA_SSL_TRUSTSTORE_PASSWORD: 'Java only: PEM authorities need no password',
};

/** Set by Kafka's own scripts and packages on machines that have them; no business of ours. */
export const FOREIGN_VARIABLES: readonly string[] = [
  'KAFKA_HOME',
  'KAFKA_OPTS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_JMX_OPTS',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_LOG4J_OPTS',
];

/** Read by docker-compose.yml, which `npm start` runs too: where the parts are published. */
export const LAUNCHER_VARIABLES: Readonly<Record<string, string>> = {
  KAFKA_PORT: 'port of the local Kafka broker; processes outside of compose need KAFKA_BROKERS too',
  KAFKA_UI_PORT: 'port of Kafka UI',
};

/** Every variable that some part of the mesh reads, `NAME_FILE` of secrets included. */
export function knownVariables(): ReadonlySet<string> {
  const known = new Set<string>([...FOREIGN_VARIABLES, ...Object.keys(LAUNCHER_VARIABLES)]);
  for (const schema of SCHEMAS) {
    for (const section of Object.values(schema.sections)) {
      for (const field of Object.values(section.fields)) {
        known.add(field.variable);
        if (field.secret) known.add(`${field.variable}_FILE`);
      }
    }
  }
  return known;
}

/** A problem for each variable with a prefix of ours that nobody reads. Values are not repeated. */
export function unknownVariables(environment: Environment): readonly Problem[] {
  const known = knownVariables();
  return Object.keys(environment)
    .filter((name) => OWN_PREFIXES.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !known.has(name) && environment[name] !== undefined)
    .sort()
    .map((name) => problem(name, REFUSED_VARIABLES[name] ?? unknownRule(name, known)));
}

function unknownRule(name: string, known: ReadonlySet<string>): string {
  const near = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((left, right) => left.distance - right.distance)[0];
  const hint = near !== undefined && near.distance <= 3 ? `; did you mean ${near.candidate}?` : '';
  return `no such variable${hint}`;
}

/** Levenshtein (1966), two rows. */
function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const insertion = (current[column - 1] ?? 0) + 1;
      const deletion = (above[column] ?? 0) + 1;
      current.push(Math.min(substitution, insertion, deletion));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}
