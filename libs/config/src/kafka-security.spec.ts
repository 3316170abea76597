/** Each name by which other systems set the security of Kafka takes effect here, or is refused by name. */
import { describe, expect, it } from '@jest/globals';
import { KAFKA_FIELDS } from './kafka-fields.ts';
import { type Environment, loadConfig } from './load.ts';
import { problemsOf } from './problem.ts';
import { dataPlaneSchema } from './services/data-plane.ts';

const FILES = { read: (path: string): string => `text of ${path}` };
const load = (environment: Environment) =>
  loadConfig(dataPlaneSchema, { NODE_ENV: 'development', ...environment }, FILES).kafka;

const TLS = {
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CERTIFICATE_LOCATION: '/c',
  KAFKA_SSL_KEY_LOCATION: '/k',
};
const SCRAM = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
  KAFKA_SASL_USERNAME: 'u',
  KAFKA_SASL_PASSWORD: 'p',
};
const OAUTH = {
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'id',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'secret',
  KAFKA_SASL_OAUTHBEARER_ISSUER_URL: 'https://idp.example',
};

/** Where a variable is at home, a value other than the one there, and what becomes of it. */
const HONOURED: Readonly<Record<string, readonly [Environment, string, object]>> = {
  KAFKA_SECURITY_PROTOCOL: [SCRAM, 'SASL_PLAINTEXT', { securityProtocol: 'SASL_PLAINTEXT' }],
  KAFKA_SASL_MECHANISM: [SCRAM, 'PLAIN', { sasl: { mechanism: 'PLAIN' } }],
  KAFKA_SASL_USERNAME: [SCRAM, 'desk', { sasl: { username: 'desk' } }],
  KAFKA_SASL_PASSWORD: [SCRAM, 'other', { sasl: { password: 'other' } }],
  KAFKA_SSL_CA_LOCATION: [TLS, '/x', { tls: { ca: 'text of /x' } }],
  KAFKA_SSL_CERTIFICATE_LOCATION: [TLS, '/x', { tls: { cert: 'text of /x' } }],
  KAFKA_SSL_KEY_LOCATION: [TLS, '/x', { tls: { key: 'text of /x' } }],
  KAFKA_SSL_KEY_PASSWORD: [TLS, 'x', { tls: { keyPassword: 'x' } }],
  KAFKA_SASL_OAUTHBEARER_METHOD: [OAUTH, 'oidc', { sasl: { mechanism: 'OAUTHBEARER' } }],
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: [
    OAUTH,
    'https://idp.example/t',
    { sasl: { tokenEndpointUrl: 'https://idp.example/t' } },
  ],
  KAFKA_SASL_OAUTHBEARER_ISSUER_URL: [
    OAUTH,
    'https://x.example',
    { sasl: { issuerUrl: 'https://x.example' } },
  ],
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: [OAUTH, 'x', { sasl: { clientId: 'x' } }],
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: [OAUTH, 'x', { sasl: { clientSecret: 'x' } }],
  KAFKA_SASL_OAUTHBEARER_SCOPE: [OAUTH, 'x', { sasl: { scope: 'x' } }],
  KAFKA_SASL_OAUTHBEARER_AUDIENCE: [OAUTH, 'x', { sasl: { audience: 'x' } }],
  KAFKA_SASL_OAUTHBEARER_SUB_CLAIM_NAME: [OAUTH, 'azp', { sasl: { subClaimName: 'azp' } }],
  KAFKA_SASL_OAUTHBEARER_LOGICAL_CLUSTER: [
    OAUTH,
    'lkc-1',
    { sasl: { extensions: { logicalCluster: 'lkc-1' } } },
  ],
  KAFKA_SASL_OAUTHBEARER_IDENTITY_POOL_ID: [
    OAUTH,
    'pool-1',
    { sasl: { extensions: { identityPoolId: 'pool-1' } } },
  ],
  KAFKA_SASL_OAUTHBEARER_EXTENSIONS: [OAUTH, 'a=b', { sasl: { extensions: { a: 'b' } } }],
};

/** The properties of the Java client, of librdkafka and of the brokers' containers, as variables write them. */
const KNOWN_ELSEWHERE = `
  security.protocol security.providers enable.ssl.certificate.verification
  sasl.mechanism sasl.mechanisms sasl.username sasl.password sasl.jaas.config
  sasl.client.callback.handler.class sasl.login.callback.handler.class sasl.login.class
  sasl.kerberos.service.name sasl.kerberos.principal sasl.kerberos.keytab sasl.kerberos.kinit.cmd
  sasl.kerberos.min.time.before.relogin
  sasl.oauthbearer.method sasl.oauthbearer.config sasl.oauthbearer.token sasl.oauthbearer.client.id
  sasl.oauthbearer.client.secret sasl.oauthbearer.client.credentials.client.id
  sasl.oauthbearer.client.credentials.client.secret sasl.oauthbearer.scope sasl.oauthbearer.audience
  sasl.oauthbearer.extensions sasl.oauthbearer.token.endpoint.url sasl.oauthbearer.issuer.url
  sasl.oauthbearer.logical.cluster sasl.oauthbearer.identity.pool.id sasl.oauthbearer.grant.type
  sasl.oauthbearer.sub.claim.name sasl.oauthbearer.scope.claim.name sasl.oauthbearer.jwks.endpoint.url
  sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer sasl.oauthbearer.clock.skew.seconds
  sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.jwt.retriever.class
  ssl.ca.location ssl.ca.pem ssl.ca.certificate.stores ssl.certificate.location ssl.certificate.pem
  ssl.key.location ssl.key.pem ssl.key.password ssl.crl.location ssl.cipher.suites ssl.curves.list
  ssl.sigalgs.list ssl.engine.location ssl.endpoint.identification.algorithm ssl.protocol
  ssl.enabled.protocols ssl.provider ssl.keystore.location ssl.keystore.password ssl.keystore.type
  ssl.keystore.key ssl.keystore.certificate.chain ssl.truststore.location ssl.truststore.password
  ssl.truststore.type ssl.truststore.certificates ssl.secure.random.implementation
`
  .trim()
  .split(/\s+/)
  .map((property) => `KAFKA_${property.replaceAll('.', '_').toUpperCase()}`);

describe('Variables of the security of Kafka', () => {
  it('are all in the table of this test', () => {
    const ours = Object.values(KAFKA_FIELDS)
      .map(({ variable }) => variable)
      .filter((name) => /SECURITY|SASL|SSL/.test(name));
    expect(Object.keys(HONOURED).toSorted()).toEqual(ours.toSorted());
  });

  it.each(Object.entries(HONOURED))('take effect: %s', (name, [home, value, effect]) => {
    expect(load({ ...home, [name]: value })).toMatchObject(effect);
    if (name !== 'KAFKA_SASL_OAUTHBEARER_METHOD') expect(load(home)).not.toMatchObject(effect);
  });

  it.each(KNOWN_ELSEWHERE.filter((name) => HONOURED[name] === undefined))(
    'are refused by name: %s',
    (name) => {
      let refusal: unknown;
      try {
        load({ [name]: 'a value' });
      } catch (thrown) {
        refusal = thrown;
      }
      expect(problemsOf(refusal).map((problem) => problem.name)).toEqual([name]);
      expect(String(refusal)).not.toContain('a value');
    },
  );

  it('refuse an extension that the message could not carry', () => {
    for (const extensions of ['auth=x', 'team-name=desk', 'a1=b']) {
      expect(() => load({ ...OAUTH, KAFKA_SASL_OAUTHBEARER_EXTENSIONS: extensions })).toThrow(
        'KAFKA_SASL_OAUTHBEARER_EXTENSIONS',
      );
    }
  });
});
