/** Every variable of Kafka's that the mesh honours. */
import {
  boolean,
  fileText,
  integer,
  list,
  oneOf,
  optional,
  pairs,
  port,
  text,
  url,
  type ValuesOf,
} from './field.ts';
import { KAFKA_COMPRESSIONS, KAFKA_SASL_MECHANISMS, KAFKA_SECURITY_PROTOCOLS } from './kafka.ts';

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const TOPIC_FORM = 'a Kafka topic name (letters, digits, dot, underscore, hyphen)';
const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/;
const MINUTE_MS = 60_000;

export const KAFKA_FIELDS = {
  enabled: boolean({
    variable: 'KAFKA_ENABLED',
    fallback: 'true',
    doc: 'Whether Kafka is used. Everything moves over it, so a service refuses `false`; command-line checks report it.',
  }),
  brokers: list(
    { variable: 'KAFKA_BROKERS', fallback: '127.0.0.1:9092', doc: 'Where the cluster is found.' },
    ADDRESS,
    'host:port',
  ),
  topicPrefix: text(
    {
      variable: 'TICKMESH_TOPIC_PREFIX',
      fallback: '',
      doc: 'Put before the name of every topic and group: lets several meshes share one cluster.',
    },
    /^[A-Za-z0-9._-]{0,100}$/,
    'letters, digits, dot, underscore, hyphen',
  ),
  clientId: text(
    {
      variable: 'KAFKA_CLIENT_ID',
      fallback: 'tickmesh',
      doc: 'Names the process in broker logs and quotas; the service name is appended.',
    },
    /^[A-Za-z0-9._-]{1,100}$/,
    'letters, digits, dot, underscore, hyphen',
  ),
  principalPattern: text(
    {
      variable: 'KAFKA_PRINCIPAL_PATTERN',
      fallback: 'User:{principal}',
      doc: 'What the broker calls a principal of contracts/topics.yaml, for `mesh topics acls`; with certificates for example `User:CN={principal}`.',
    },
    /^\w+:.*\{principal\}.*$/,
    'a type, a colon, and a name that holds {principal}',
  ),
  securityProtocol: oneOf(
    {
      variable: 'KAFKA_SECURITY_PROTOCOL',
      fallback: 'PLAINTEXT',
      doc: 'Encryption (SSL) and sign-in (SASL) of the connection.',
    },
    KAFKA_SECURITY_PROTOCOLS,
  ),
  saslMechanism: optional(
    oneOf(
      { variable: 'KAFKA_SASL_MECHANISM', doc: 'How the client proves who it is.' },
      KAFKA_SASL_MECHANISMS,
    ),
  ),
  saslUsername: optional(
    text({ variable: 'KAFKA_SASL_USERNAME', doc: 'User for PLAIN and SCRAM.' }),
  ),
  saslPassword: optional(
    text({ variable: 'KAFKA_SASL_PASSWORD', secret: true, doc: 'Password for PLAIN and SCRAM.' }),
  ),
  sslCa: optional(
    fileText({
      variable: 'KAFKA_SSL_CA_LOCATION',
      doc: 'PEM file of the authorities to trust; unset trusts the public ones.',
    }),
  ),
  sslCertificate: optional(
    fileText({
      variable: 'KAFKA_SSL_CERTIFICATE_LOCATION',
      doc: "PEM file of the client's certificate, for mutual TLS.",
    }),
  ),
  sslKey: optional(
    fileText({
      variable: 'KAFKA_SSL_KEY_LOCATION',
      doc: "PEM file of the client's key, for mutual TLS.",
    }),
  ),
  sslKeyPassword: optional(
    text({ variable: 'KAFKA_SSL_KEY_PASSWORD', secret: true, doc: 'Password of that key.' }),
  ),
  oauthMethod: oneOf(
    {
      variable: 'KAFKA_SASL_OAUTHBEARER_METHOD',
      fallback: 'oidc',
      doc: 'Tokens come by OIDC client credentials; unsecured tokens are refused.',
    },
    ['oidc'],
  ),
  oauthTokenEndpointUrl: optional(
    url(
      {
        variable: 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
        doc: 'Where tokens are asked for; unset takes it from the discovery document of the issuer.',
      },
      ['https', 'http'],
    ),
  ),
  oauthIssuerUrl: optional(
    url(
      {
        variable: 'KAFKA_SASL_OAUTHBEARER_ISSUER_URL',
        doc: 'OIDC issuer, for discovery of the token endpoint.',
      },
      ['https', 'http'],
    ),
  ),
  oauthClientId: optional(
    text({ variable: 'KAFKA_SASL_OAUTHBEARER_CLIENT_ID', doc: 'Client id at the provider.' }),
  ),
  oauthClientSecret: optional(
    text({
      variable: 'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
      secret: true,
      doc: 'Client secret at the provider.',
    }),
  ),
  oauthScope: optional(
    text({ variable: 'KAFKA_SASL_OAUTHBEARER_SCOPE', doc: 'Scope that is asked for.' }),
  ),
  oauthAudience: optional(
    text({ variable: 'KAFKA_SASL_OAUTHBEARER_AUDIENCE', doc: 'Audience that is asked for.' }),
  ),
  oauthSubClaimName: text({
    variable: 'KAFKA_SASL_OAUTHBEARER_SUB_CLAIM_NAME',
    fallback: 'sub',
    doc: 'Claim that names the principal; a token without it is refused before it is sent.',
  }),
  oauthLogicalCluster: optional(
    text({
      variable: 'KAFKA_SASL_OAUTHBEARER_LOGICAL_CLUSTER',
      doc: 'SASL extension `logicalCluster` (Confluent Cloud).',
    }),
  ),
  oauthIdentityPoolId: optional(
    text({
      variable: 'KAFKA_SASL_OAUTHBEARER_IDENTITY_POOL_ID',
      doc: 'SASL extension `identityPoolId` (Confluent Cloud).',
    }),
  ),
  oauthExtensions: optional(
    pairs({
      variable: 'KAFKA_SASL_OAUTHBEARER_EXTENSIONS',
      doc: 'Any other SASL extensions.',
    }),
  ),
  tickerTopic: text(
    { variable: 'KAFKA_TICKER_TOPIC', fallback: 'ticks.v1.raw', doc: 'Topic of the tickers.' },
    TOPIC,
    TOPIC_FORM,
  ),
  orderbookTopic: text(
    {
      variable: 'KAFKA_ORDERBOOK_TOPIC',
      fallback: 'orderbook.v1.raw',
      doc: 'Topic of the order books.',
    },
    TOPIC,
    TOPIC_FORM,
  ),
  compression: oneOf(
    {
      variable: 'KAFKA_COMPRESSION',
      fallback: 'zstd',
      doc: 'Compression of what we send; snappy and lz4 would need native code and are refused.',
    },
    KAFKA_COMPRESSIONS,
  ),
  lingerMs: integer(
    {
      variable: 'KAFKA_LINGER_MS',
      fallback: '0',
      doc: 'Wait for a fuller batch; 0 sends what has gathered as soon as the last request is answered.',
    },
    { min: 0, max: MINUTE_MS },
  ),
  batchSizeBytes: integer(
    {
      variable: 'KAFKA_BATCH_SIZE',
      fallback: '131072',
      doc: 'Bytes of one batch at the most; a larger record travels alone.',
    },
    { min: 1_024, max: 4_194_304 },
  ),
  dlqEnabled: boolean({
    variable: 'KAFKA_DLQ_ENABLED',
    fallback: 'true',
    doc: 'Dead-letter queues. `false` is refused: every record is applied, or is in its queue.',
  }),
  dlqTopic: text(
    {
      variable: 'KAFKA_DLQ_TOPIC',
      fallback: 'events.v1.dlq',
      doc: 'Dead letters of the ticker and order book topics; the other topics declare their own.',
    },
    TOPIC,
    TOPIC_FORM,
  ),
  metricsEnabled: boolean({
    variable: 'KAFKA_METRICS_ENABLED',
    fallback: 'true',
    doc: 'Whether `KAFKA_METRICS_PORT` is opened; the counters are at `/metrics` of the service in any case.',
  }),
  metricsPort: optional(
    port({
      variable: 'KAFKA_METRICS_PORT',
      doc: 'A second address for `/metrics`; unset opens none.',
    }),
  ),
  connectionTimeoutMs: integer(
    { variable: 'KAFKA_CONNECTION_TIMEOUT_MS', fallback: '3000', doc: 'To connect to a broker.' },
    { min: 100, max: MINUTE_MS },
  ),
  requestTimeoutMs: integer(
    { variable: 'KAFKA_REQUEST_TIMEOUT_MS', fallback: '30000', doc: 'To answer one request.' },
    { min: 1_000, max: 5 * MINUTE_MS },
  ),
  sessionTimeoutMs: integer(
    {
      variable: 'KAFKA_SESSION_TIMEOUT_MS',
      fallback: '10000',
      doc: 'Silence after which the group gives the partitions of a member to others.',
    },
    { min: 1_000, max: 5 * MINUTE_MS },
  ),
  heartbeatIntervalMs: integer(
    { variable: 'KAFKA_HEARTBEAT_INTERVAL_MS', fallback: '1000', doc: 'Between signs of life.' },
    { min: 100, max: MINUTE_MS },
  ),
};

export type KafkaValues = ValuesOf<typeof KAFKA_FIELDS>;
