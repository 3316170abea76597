/** Kafka's variables against each other, and the object that they become. */
import { KAFKA_FIELDS, type KafkaValues } from './kafka-fields.ts';
import type { KafkaConfig, KafkaSasl, KafkaTls } from './kafka.ts';
import { broken, holds, type Rule, section, type Section } from './section.ts';

type KafkaRule = Rule<typeof KAFKA_FIELDS>;

const usesSasl = (values: KafkaValues): boolean => values.securityProtocol.startsWith('SASL_');
const usesTls = (values: KafkaValues): boolean => values.securityProtocol.endsWith('SSL');

const PASSWORD_FIELDS = ['saslUsername', 'saslPassword'] as const;
const OAUTH_NEEDED_FIELDS = ['oauthClientId', 'oauthClientSecret'] as const;
const OAUTH_FIELDS = [
  ...OAUTH_NEEDED_FIELDS,
  'oauthTokenEndpointUrl',
  'oauthIssuerUrl',
  'oauthScope',
  'oauthAudience',
  'oauthLogicalCluster',
  'oauthIdentityPoolId',
  'oauthExtensions',
] as const;
const TLS_FIELDS = ['sslCa', 'sslCertificate', 'sslKey', 'sslKeyPassword'] as const;

/** One break for each of the fields that is set although nothing will read it. */
function refuseSet(
  values: KafkaValues,
  keys: readonly (keyof KafkaValues)[],
  rule: string,
): { variable: string; rule: string }[] {
  return keys
    .filter((key) => values[key] !== undefined)
    .map((key) => ({ variable: KAFKA_FIELDS[key].variable, rule }));
}

function requireSet(
  values: KafkaValues,
  keys: readonly (keyof KafkaValues)[],
  rule: string,
): { variable: string; rule: string }[] {
  return keys
    .filter((key) => values[key] === undefined)
    .map((key) => ({ variable: KAFKA_FIELDS[key].variable, rule }));
}

const rules: readonly KafkaRule[] = [
  {
    needs: ['securityProtocol', 'saslMechanism'],
    check: (values) => {
      if (usesSasl(values) === (values.saslMechanism !== undefined)) return holds;
      return broken(
        'KAFKA_SASL_MECHANISM',
        usesSasl(values)
          ? `required with KAFKA_SECURITY_PROTOCOL=${values.securityProtocol}`
          : 'only with KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT or SASL_SSL',
      );
    },
  },
  {
    needs: ['saslMechanism', ...PASSWORD_FIELDS],
    check: (values) => {
      const mechanism = values.saslMechanism;
      return mechanism === undefined || mechanism === 'OAUTHBEARER'
        ? refuseSet(values, PASSWORD_FIELDS, 'only with KAFKA_SASL_MECHANISM=PLAIN or SCRAM-SHA-*')
        : requireSet(values, PASSWORD_FIELDS, `required with KAFKA_SASL_MECHANISM=${mechanism}`);
    },
  },
  {
    needs: ['saslMechanism', ...OAUTH_FIELDS],
    check: (values) => {
      const rule = 'with KAFKA_SASL_MECHANISM=OAUTHBEARER';
      if (values.saslMechanism !== 'OAUTHBEARER') {
        return refuseSet(values, OAUTH_FIELDS, `only ${rule}`);
      }
      const missing = requireSet(values, OAUTH_NEEDED_FIELDS, `required ${rule}`);
      const located =
        values.oauthTokenEndpointUrl !== undefined || values.oauthIssuerUrl !== undefined;
      return located
        ? missing
        : [
            ...missing,
            {
              variable: 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
              rule: `this or KAFKA_SASL_OAUTHBEARER_ISSUER_URL is required ${rule}`,
            },
          ];
    },
  },
  {
    needs: ['securityProtocol', ...TLS_FIELDS],
    check: (values) =>
      usesTls(values)
        ? holds
        : refuseSet(values, TLS_FIELDS, 'only with KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL'),
  },
  {
    needs: ['sslCertificate', 'sslKey', 'sslKeyPassword'],
    check: ({ sslCertificate, sslKey, sslKeyPassword }) => {
      if (sslCertificate !== undefined && sslKey === undefined) {
        return broken('KAFKA_SSL_KEY_LOCATION', 'required with KAFKA_SSL_CERTIFICATE_LOCATION');
      }
      if (sslCertificate === undefined && sslKey !== undefined) {
        return broken('KAFKA_SSL_CERTIFICATE_LOCATION', 'required with KAFKA_SSL_KEY_LOCATION');
      }
      if (sslKeyPassword !== undefined && sslKey === undefined) {
        return broken('KAFKA_SSL_KEY_PASSWORD', 'only with KAFKA_SSL_KEY_LOCATION');
      }
      return holds;
    },
  },
  {
    needs: ['oauthExtensions'],
    check: ({ oauthExtensions = {} }) => {
      const wrong = Object.keys(oauthExtensions).find(
        (name) => !/^[A-Za-z]+$/.test(name) || name === 'auth',
      );
      return wrong === undefined
        ? holds
        : broken(
            'KAFKA_SASL_OAUTHBEARER_EXTENSIONS',
            `names of letters alone, and not auth (RFC 7628): ${wrong} is none`,
          );
    },
  },
  {
    needs: ['heartbeatIntervalMs', 'sessionTimeoutMs'],
    check: ({ heartbeatIntervalMs, sessionTimeoutMs }) =>
      heartbeatIntervalMs * 3 <= sessionTimeoutMs
        ? holds
        : broken(
            'KAFKA_HEARTBEAT_INTERVAL_MS',
            'at most a third of KAFKA_SESSION_TIMEOUT_MS, so that one lost sign of life costs nothing',
          ),
  },
  {
    needs: ['dlqEnabled'],
    check: ({ dlqEnabled }) =>
      dlqEnabled ? holds : broken('KAFKA_DLQ_ENABLED', 'true: no record may vanish'),
  },
];

const requireEnabled: KafkaRule = {
  needs: ['enabled'],
  check: ({ enabled }) =>
    enabled ? holds : broken('KAFKA_ENABLED', 'true: a service does nothing without Kafka'),
};

/** Kafka for a service, which needs it. */
export const kafkaSection: Section<KafkaConfig> = section({
  title: 'Kafka',
  fields: KAFKA_FIELDS,
  rules: [...rules, requireEnabled],
  build: buildKafka,
});

/** Kafka for the command line, which can say that it is switched off. */
export const kafkaToolSection: Section<KafkaConfig> = section({
  title: 'Kafka',
  fields: KAFKA_FIELDS,
  rules,
  build: buildKafka,
});

function buildKafka(values: KafkaValues): KafkaConfig {
  return {
    enabled: values.enabled,
    brokers: values.brokers,
    clientId: values.clientId,
    principalPattern: values.principalPattern,
    securityProtocol: values.securityProtocol,
    tls: usesTls(values) ? tlsOf(values) : undefined,
    sasl: saslOf(values),
    tickerTopic: values.tickerTopic,
    orderbookTopic: values.orderbookTopic,
    dlqTopic: values.dlqTopic,
    topicPrefix: values.topicPrefix,
    compression: values.compression,
    lingerMs: values.lingerMs,
    batchSizeBytes: values.batchSizeBytes,
    connectionTimeoutMs: values.connectionTimeoutMs,
    requestTimeoutMs: values.requestTimeoutMs,
    sessionTimeoutMs: values.sessionTimeoutMs,
    heartbeatIntervalMs: values.heartbeatIntervalMs,
    metricsPort: values.metricsEnabled ? values.metricsPort : undefined,
  };
}

function tlsOf(values: KafkaValues): KafkaTls {
  return {
    ca: values.sslCa,
    cert: values.sslCertificate,
    key: values.sslKey,
    keyPassword: values.sslKeyPassword,
  };
}

/** The rules above have made sure that what a mechanism needs is there. */
function saslOf(values: KafkaValues): KafkaSasl | undefined {
  const mechanism = values.saslMechanism;
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'OAUTHBEARER') {
    return {
      mechanism,
      username: values.saslUsername ?? '',
      password: values.saslPassword ?? '',
    };
  }
  return {
    mechanism,
    tokenEndpointUrl: values.oauthTokenEndpointUrl,
    issuerUrl: values.oauthIssuerUrl,
    clientId: values.oauthClientId ?? '',
    clientSecret: values.oauthClientSecret ?? '',
    scope: values.oauthScope,
    audience: values.oauthAudience,
    subClaimName: values.oauthSubClaimName,
    extensions: {
      ...values.oauthExtensions,
      ...(values.oauthLogicalCluster === undefined
        ? {}
        : { logicalCluster: values.oauthLogicalCluster }),
      ...(values.oauthIdentityPoolId === undefined
        ? {}
        : { identityPoolId: values.oauthIdentityPoolId }),
    },
  };
}
