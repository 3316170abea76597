/**
 * How a process reaches Kafka: the plain object that the bus takes. Certificates are PEM texts, not
 * paths; times are milliseconds, sizes bytes.
 */
export interface KafkaConfig {
  /** False only in tools: a service does not start without Kafka. */
  readonly enabled: boolean;
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** What the broker calls a principal: `{principal}` stands for its name. */
  readonly principalPattern: string;
  readonly securityProtocol: KafkaSecurityProtocol;
  /** Present for SSL and SASL_SSL. */
  readonly tls: KafkaTls | undefined;
  /** Present for SASL_PLAINTEXT and SASL_SSL. */
  readonly sasl: KafkaSasl | undefined;
  readonly tickerTopic: string;
  readonly orderbookTopic: string;
  /** Dead letters of the two topics above; every other topic's queue is declared beside it. */
  readonly dlqTopic: string;
  /** Put before the name of every topic and group: lets several meshes share one cluster. */
  readonly topicPrefix: string;
  readonly compression: KafkaCompression;
  /** 0: a batch goes as soon as the last request is answered. */
  readonly lingerMs: number;
  readonly batchSizeBytes: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** A second address for `/metrics`, beside the service's own. */
  readonly metricsPort: number | undefined;
}

export const KAFKA_SECURITY_PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type KafkaSecurityProtocol = (typeof KAFKA_SECURITY_PROTOCOLS)[number];

export const KAFKA_SASL_MECHANISMS = [
  'PLAIN',
  'SCRAM-SHA-256',
  'SCRAM-SHA-512',
  'OAUTHBEARER',
] as const;
export type KafkaSaslMechanism = (typeof KAFKA_SASL_MECHANISMS)[number];

export const KAFKA_COMPRESSIONS = ['zstd', 'gzip', 'none'] as const;
export type KafkaCompression = (typeof KAFKA_COMPRESSIONS)[number];

export interface KafkaTls {
  /** PEM of the authorities to trust; undefined trusts those that Node ships. */
  readonly ca: string | undefined;
  /** PEM of the client's certificate and key, both or neither (mutual TLS). */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: string | undefined;
}

export type KafkaSasl = KafkaSaslPassword | KafkaSaslOauthbearer;

export interface KafkaSaslPassword {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** OIDC client credentials (RFC 6749 section 4.4); the token goes to the broker as RFC 7628 says. */
export interface KafkaSaslOauthbearer {
  readonly mechanism: 'OAUTHBEARER';
  /** Where tokens come from; undefined when the issuer's discovery document says it. */
  readonly tokenEndpointUrl: string | undefined;
  /** Base of `/.well-known/openid-configuration`; at least one of the two is present. */
  readonly issuerUrl: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
  /** The claim that names the principal, checked in the token before it is used. */
  readonly subClaimName: string;
  /** Sent beside the token: logicalCluster, identityPoolId and any other. */
  readonly extensions: Readonly<Record<string, string>>;
}
