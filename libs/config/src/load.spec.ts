import { describe, expect, it } from '@jest/globals';
import {
  type ConfigOf,
  type ConfigSchema,
  type Environment,
  type Problem,
  dataPlaneSchema,
  effectiveValues,
  formatProblems,
  loadConfig,
  orderPlaneSchema,
  problemsOf,
} from './index.ts';

const files = {
  read: (path: string): string => {
    if (path === '/run/secret') return 'from-the-file\n';
    if (path === '/run/pem') return '-----BEGIN CERTIFICATE-----\n';
    throw new Error('ENOENT');
  },
};

/** As on a developer's machine: production asks for a provider on https. */
function load<C extends ConfigSchema>(schema: C, environment: Environment): ConfigOf<C> {
  return loadConfig(schema, { NODE_ENV: 'development', ...environment }, files);
}

function problemsWith(environment: Environment): readonly Problem[] {
  try {
    load(dataPlaneSchema, environment);
  } catch (thrown) {
    return problemsOf(thrown);
  }
  return [];
}

const namesWith = (environment: Environment): string[] =>
  problemsWith(environment).map(({ name }) => name);

describe('configuration from the environment', () => {
  it('is the documented defaults when nothing is set', () => {
    const config = load(dataPlaneSchema, {});
    expect(config.kafka).toEqual({
      enabled: true,
      brokers: ['127.0.0.1:9092'],
      clientId: 'tickmesh',
      principalPattern: 'User:{principal}',
      securityProtocol: 'PLAINTEXT',
      tls: undefined,
      sasl: undefined,
      tickerTopic: 'ticks.v1.raw',
      orderbookTopic: 'orderbook.v1.raw',
      dlqTopic: 'events.v1.dlq',
      topicPrefix: '',
      compression: 'zstd',
      lingerMs: 0,
      batchSizeBytes: 131_072,
      connectionTimeoutMs: 3_000,
      requestTimeoutMs: 30_000,
      sessionTimeoutMs: 10_000,
      heartbeatIntervalMs: 1_000,
      metricsPort: undefined,
    });
    expect(config.http).toMatchObject({ host: '127.0.0.1', httpPort: 3001, grpcPort: 4001 });
    expect(config.telemetry).toMatchObject({ logLevel: 'info', otlpEndpointUrl: undefined });
  });

  it('reports every problem at once, each with name, rule and value', () => {
    const problems = problemsWith({
      KAFKA_BROKERS: 'nowhere',
      KAFKA_BATCH_SIZE: '12.5',
      HTTP_PORT: '70000',
      LOG_LEVEL: 'loud',
    });
    expect(formatProblems(problems).split('\n')).toEqual([
      'KAFKA_BROKERS: host:port, several separated by commas; found "nowhere"',
      'KAFKA_BATCH_SIZE: an integer from 1024 to 4194304; found "12.5"',
      'HTTP_PORT: an integer from 1 to 65535; found "70000"',
      'LOG_LEVEL: one of debug, info, warn, error, fatal; found "loud"',
    ]);
  });

  it('counts an empty variable as unset', () => {
    expect(namesWith({ KAFKA_BROKERS: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toEqual([]);
  });

  it('refuses a misspelt variable of ours and names the near one', () => {
    expect(problemsWith({ KAFKA_BROKER: 'a:1', TICKMESH_NONSENSE: '1', PATH: '/bin' })).toEqual([
      { name: 'KAFKA_BROKER', rule: 'no such variable; did you mean KAFKA_BROKERS?' },
      { name: 'TICKMESH_NONSENSE', rule: 'no such variable' },
    ]);
  });

  it('refuses the names of other systems with what to do instead', () => {
    expect(problemsWith({ KAFKA_BOOTSTRAP_SERVERS: 'a:1' })).toEqual([
      { name: 'KAFKA_BOOTSTRAP_SERVERS', rule: 'not used here: set KAFKA_BROKERS' },
    ]);
  });

  it('leaves the variables of Kafka scripts and of other services alone', () => {
    expect(namesWith({ KAFKA_HEAP_OPTS: '-Xmx1g', DATABASE_URL: 'not looked at' })).toEqual([]);
  });

  it('refuses to switch off Kafka or the dead-letter queues of a service', () => {
    expect(namesWith({ KAFKA_ENABLED: 'false', KAFKA_DLQ_ENABLED: 'false' }).sort()).toEqual([
      'KAFKA_DLQ_ENABLED',
      'KAFKA_ENABLED',
    ]);
  });

  it('opens no second metrics port unless one is named and wanted', () => {
    const port = (environment: Environment): number | undefined =>
      load(dataPlaneSchema, environment).kafka.metricsPort;
    expect(port({ KAFKA_METRICS_PORT: '8000' })).toBe(8000);
    expect(port({ KAFKA_METRICS_PORT: '8000', KAFKA_METRICS_ENABLED: 'false' })).toBeUndefined();
  });
});

describe('secrets', () => {
  const scram = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' };

  it('come from the variable or from the file that NAME_FILE names', () => {
    const given = load(dataPlaneSchema, {
      ...scram,
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD_FILE: '/run/secret',
    });
    expect(given.kafka.sasl).toEqual({
      mechanism: 'SCRAM-SHA-512',
      username: 'u',
      password: 'from-the-file',
    });
  });

  it('are refused from both places at once and from a file that is not there', () => {
    const both = { KAFKA_SASL_PASSWORD: 'p', KAFKA_SASL_PASSWORD_FILE: '/run/secret' };
    expect(namesWith({ ...scram, KAFKA_SASL_USERNAME: 'u', ...both })).toEqual([
      'KAFKA_SASL_PASSWORD_FILE',
    ]);
    expect(
      namesWith({ ...scram, KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD_FILE: '/none' }),
    ).toEqual(['KAFKA_SASL_PASSWORD_FILE']);
  });

  it('never show in a problem or among the effective values', () => {
    const environment = {
      KAFKA_SASL_PASSWORD: 'hunter2-kafka',
      DATABASE_URL: 'postgres://desk:hunter2-database@db:5432/mesh',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2-malformed',
    };
    const shown = JSON.stringify(effectiveValues(orderPlaneSchema, environment));
    expect(shown).toContain('postgres://desk:***@db:5432/mesh');
    expect(shown).not.toContain('hunter2');
    let fault: unknown;
    try {
      load(orderPlaneSchema, environment);
    } catch (thrown) {
      fault = thrown;
    }
    expect(problemsOf(fault).map(({ name }) => name)).toEqual([
      'KAFKA_SASL_PASSWORD',
      'OTEL_EXPORTER_OTLP_HEADERS',
    ]);
    expect(String(fault)).not.toContain('hunter2');
  });

  it.each([
    ['a URL that a slash in the password breaks', { DATABASE_URL: 'postgres://desk:hun/ter2@db' }],
    ['a password in the query', { DATABASE_URL: 'mysql://db/mesh?password=hun/ter2' }],
    ['a key where its path belongs', { KAFKA_SSL_KEY_LOCATION: '-----BEGIN hun/ter2' }],
    [
      'credentials where none may be',
      { KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://id:hun%2Fter2@idp/token' },
    ],
  ])('never show, not even by mistake: %s', (_, environment: Environment) => {
    let fault: unknown;
    try {
      load(orderPlaneSchema, environment);
    } catch (thrown) {
      fault = thrown;
    }
    expect(problemsOf(fault).map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.keys(environment)),
    );
    const shown = `${String(fault)}${JSON.stringify(effectiveValues(orderPlaneSchema, environment))}`;
    expect(shown).not.toMatch(/ter2/);
  });

  it('of the registry come from its URL, or from a variable of their own', () => {
    const authorization = (environment: Environment): string | undefined => {
      const { registry } = load(dataPlaneSchema, environment);
      expect(registry.url).not.toContain('@');
      return registry.authorization;
    };
    const basic = `Basic ${Buffer.from('desk:p/w').toString('base64')}`;
    expect(authorization({ SCHEMA_REGISTRY_URL: 'http://desk:p%2Fw@r:8081/v7' })).toBe(basic);
    expect(authorization({ SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO: 'desk:p/w' })).toBe(basic);
    expect(authorization({ SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: 't.o.k' })).toBe('Bearer t.o.k');
    expect(authorization({})).toBeUndefined();
    const both = {
      SCHEMA_REGISTRY_URL: 'http://desk:pw@r:8081/v7',
      SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: 't',
    };
    expect(namesWith(both)).toEqual(['SCHEMA_REGISTRY_BEARER_AUTH_TOKEN']);
  });

  it('are told apart by source among the effective values', () => {
    const values = effectiveValues(dataPlaneSchema, {
      KAFKA_SASL_PASSWORD_FILE: '/run/secret',
      KAFKA_BROKERS: 'a:1',
    });
    expect(values).toEqual(
      expect.arrayContaining([
        { variable: 'KAFKA_SASL_PASSWORD', value: '***', source: 'file' },
        { variable: 'KAFKA_BROKERS', value: 'a:1', source: 'environment' },
        { variable: 'KAFKA_COMPRESSION', value: 'zstd', source: 'default' },
      ]),
    );
  });
});

describe('the security of Kafka', () => {
  const oauth = {
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
    KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'id',
    KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'secret',
    KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://idp.example/token',
  };

  it('takes client credentials with scope, audience and extensions', () => {
    const { kafka } = load(dataPlaneSchema, {
      ...oauth,
      KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka',
      KAFKA_SASL_OAUTHBEARER_LOGICAL_CLUSTER: 'lkc-1',
      KAFKA_SASL_OAUTHBEARER_IDENTITY_POOL_ID: 'pool-2',
      KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'team=desk, site=ldn',
    });
    expect(kafka.sasl).toEqual({
      mechanism: 'OAUTHBEARER',
      tokenEndpointUrl: 'https://idp.example/token',
      issuerUrl: undefined,
      clientId: 'id',
      clientSecret: 'secret',
      scope: 'kafka',
      audience: undefined,
      subClaimName: 'sub',
      extensions: { team: 'desk', site: 'ldn', logicalCluster: 'lkc-1', identityPoolId: 'pool-2' },
    });
  });

  it('takes mutual TLS with certificate and key', () => {
    const { kafka } = load(dataPlaneSchema, {
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CA_LOCATION: '/run/pem',
      KAFKA_SSL_CERTIFICATE_LOCATION: '/run/pem',
      KAFKA_SSL_KEY_LOCATION: '/run/pem',
    });
    expect(kafka.tls?.cert).toContain('BEGIN CERTIFICATE');
  });

  const sasl = { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' };
  it.each([
    ['SASL without a mechanism', sasl, ['KAFKA_SASL_MECHANISM']],
    [
      'a mechanism without SASL',
      { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', ...without(oauth) },
      ['KAFKA_SASL_MECHANISM'],
    ],
    [
      'PLAIN without credentials',
      { ...sasl, KAFKA_SASL_MECHANISM: 'PLAIN' },
      ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
    ],
    [
      'a mechanism that is unknown',
      { ...sasl, KAFKA_SASL_MECHANISM: 'GSSAPI' },
      ['KAFKA_SASL_MECHANISM'],
    ],
    [
      'OAUTHBEARER without client and endpoint',
      { ...sasl, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
      [
        'KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
        'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
        'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
      ],
    ],
    [
      'OAUTHBEARER with a password',
      { ...oauth, KAFKA_SASL_PASSWORD: 'p' },
      ['KAFKA_SASL_PASSWORD'],
    ],
    ['a password that nothing reads', { KAFKA_SASL_USERNAME: 'u' }, ['KAFKA_SASL_USERNAME']],
    ['TLS files without TLS', { KAFKA_SSL_CA_LOCATION: '/run/pem' }, ['KAFKA_SSL_CA_LOCATION']],
    [
      'a certificate without its key',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_LOCATION: '/run/pem' },
      ['KAFKA_SSL_KEY_LOCATION'],
    ],
    [
      'a key without its certificate',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_LOCATION: '/run/pem' },
      ['KAFKA_SSL_CERTIFICATE_LOCATION'],
    ],
    [
      'a certificate file that is not there',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_LOCATION: '/none' },
      ['KAFKA_SSL_CA_LOCATION'],
    ],
    [
      'heartbeats too rare for the session',
      { KAFKA_HEARTBEAT_INTERVAL_MS: '4000' },
      ['KAFKA_HEARTBEAT_INTERVAL_MS'],
    ],
    ['codecs that need native code', { KAFKA_COMPRESSION: 'snappy' }, ['KAFKA_COMPRESSION']],
  ])('refuses %s', (_, environment: Environment, names) => {
    expect(namesWith(environment)).toEqual(names);
  });

  function without(environment: Environment): Environment {
    const { KAFKA_SECURITY_PROTOCOL: _dropped, ...rest } = environment;
    return rest;
  }
});

describe('whose tokens a service takes', () => {
  it('are those of the development issuer, on this machine and not in production', () => {
    expect(load(dataPlaneSchema, {}).signIn).toEqual({
      issuerUrl: 'http://127.0.0.1:3007',
      jwksUrl: undefined,
      audience: 'tickmesh',
      scope: undefined,
      rolesClaim: 'roles',
      nameClaim: 'sub',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      clockLeewayMs: 5_000,
    });
    expect(namesWith({ NODE_ENV: 'production' })).toEqual(['SIGN_IN_ISSUER']);
    expect(namesWith({ NODE_ENV: '', SIGN_IN_JWKS_URL: 'http://provider/keys' })).toEqual([
      'SIGN_IN_ISSUER',
      'SIGN_IN_JWKS_URL',
    ]);
  });

  it('are never those of a shared secret, and are not left to a misspelt variable', () => {
    for (const algorithm of ['HS256', 'none', 'RS256,none', 'rs256']) {
      expect(namesWith({ SIGN_IN_ALGORITHMS: algorithm })).toEqual(['SIGN_IN_ALGORITHMS']);
    }
    expect(namesWith({ SIGN_IN_AUDIENC: 'desk' })).toEqual(['SIGN_IN_AUDIENC']);
  });
});
