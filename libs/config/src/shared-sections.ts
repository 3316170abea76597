/** Sections that several services share. Each becomes a plain object. */
import { boolean, integer, number, oneOf, optional, pairs, port, text, url } from './field.ts';
import { LOOPBACK, PORTS, type ServiceName } from './ports.ts';
import { broken, holds, type Section, section } from './section.ts';

export interface RegistryConfig {
  /** Base of the Confluent-compatible API, without credentials. */
  readonly url: string;
  readonly requestTimeoutMs: number;
  /** Value of the Authorization header. A secret. */
  readonly authorization: string | undefined;
}

export const registrySection: Section<RegistryConfig> = section({
  title: 'Schema registry',
  fields: {
    url: url(
      {
        variable: 'SCHEMA_REGISTRY_URL',
        fallback: `http://${LOOPBACK}:${PORTS.registry}/apis/ccompat/v7`,
        doc: 'Base of the registry in its Confluent-compatible form; `user:password@` before the host signs in.',
        secret: true,
      },
      ['http', 'https'],
    ),
    basicAuthUserInfo: optional(
      text(
        {
          variable: 'SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO',
          secret: true,
          doc: 'Signs in by HTTP Basic.',
        },
        /^[^:\r\n]+:[^\r\n]+$/,
        'user:password',
      ),
    ),
    bearerToken: optional(
      text(
        {
          variable: 'SCHEMA_REGISTRY_BEARER_AUTH_TOKEN',
          secret: true,
          doc: 'Signs in by a fixed bearer token.',
        },
        /^[\x21-\x7e]+$/,
        'a token without blanks',
      ),
    ),
    requestTimeoutMs: integer(
      {
        variable: 'SCHEMA_REGISTRY_REQUEST_TIMEOUT_MS',
        fallback: '5000',
        doc: 'To answer one request.',
      },
      { min: 100, max: 60_000 },
    ),
  },
  rules: [
    {
      needs: ['url', 'basicAuthUserInfo', 'bearerToken'],
      check: (values) => {
        const { username } = new URL(values.url);
        if (values.basicAuthUserInfo !== undefined && username !== '') {
          return broken(
            'SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO',
            'not together with credentials in SCHEMA_REGISTRY_URL',
          );
        }
        const isBasic = values.basicAuthUserInfo !== undefined || username !== '';
        return isBasic && values.bearerToken !== undefined
          ? broken('SCHEMA_REGISTRY_BEARER_AUTH_TOKEN', 'not together with a user and password')
          : holds;
      },
    },
  ],
  build: ({ url: given, basicAuthUserInfo, bearerToken, requestTimeoutMs }) => {
    const { url: bare, userInfo } = withoutCredentials(given);
    const basic = basicAuthUserInfo ?? userInfo;
    return { url: bare, requestTimeoutMs, authorization: authorizationOf(basic, bearerToken) };
  },
});

/** Fetch refuses a URL with credentials, and repeats them in saying so. */
function withoutCredentials(text: string): { url: string; userInfo: string | undefined } {
  const parsed = new URL(text);
  const { username, password } = parsed;
  if (username === '' && password === '') return { url: text, userInfo: undefined };
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.href, userInfo: [username, password].map(decodeURIComponent).join(':') };
}

function authorizationOf(
  userInfo: string | undefined,
  bearerToken: string | undefined,
): string | undefined {
  if (bearerToken !== undefined) return `Bearer ${bearerToken}`;
  if (userInfo === undefined) return undefined;
  return `Basic ${Buffer.from(userInfo).toString('base64')}`;
}

export interface DatabaseConfig {
  /** Holds the password: never log it. */
  readonly url: string;
  readonly connectionsMax: number;
  readonly statementTimeoutMs: number;
}

export const databaseSection: Section<DatabaseConfig> = section({
  title: 'PostgreSQL',
  fields: {
    url: url(
      {
        variable: 'DATABASE_URL',
        fallback: `postgres://tickmesh@${LOOPBACK}:${PORTS.database}/tickmesh`,
        doc: 'Server, database, user and password.',
        secret: true,
      },
      ['postgres', 'postgresql'],
    ),
    connectionsMax: integer(
      {
        variable: 'DATABASE_CONNECTIONS_MAX',
        fallback: '10',
        doc: 'Connections of the pool at the most.',
      },
      { min: 1, max: 500 },
    ),
    statementTimeoutMs: integer(
      {
        variable: 'DATABASE_STATEMENT_TIMEOUT_MS',
        fallback: '10000',
        doc: 'After which the server ends a statement.',
      },
      { min: 100, max: 600_000 },
    ),
  },
  build: (values) => values,
});

export interface HttpConfig {
  /** Address that HTTP and gRPC listen on. */
  readonly host: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly bodyBytesMax: number;
  readonly requestTimeoutMs: number;
  /** Calls of one caller, over HTTP and gRPC together; a burst may be twice that. */
  readonly callsPerSecondMax: number;
  /** For the whole ordered shutdown; the process exits after it. */
  readonly shutdownTimeoutMs: number;
}

/** Ports differ by service, so the section is made for one. */
export function httpSection(service: ServiceName): Section<HttpConfig> {
  return section({
    title: 'HTTP and gRPC',
    fields: {
      host: text(
        {
          variable: 'HTTP_HOST',
          fallback: LOOPBACK,
          doc: 'Address that HTTP and gRPC listen on; loopback keeps the service to this machine.',
        },
        /^[A-Za-z0-9.:_-]{1,253}$/,
        'a host name or an IP address',
      ),
      httpPort: port({
        variable: 'HTTP_PORT',
        fallback: String(PORTS[service].http),
        doc: 'Port of HTTP: health, metrics, the API.',
      }),
      grpcPort: port({
        variable: 'GRPC_PORT',
        fallback: String(PORTS[service].grpc),
        doc: 'Port of gRPC.',
      }),
      bodyBytesMax: integer(
        {
          variable: 'HTTP_BODY_BYTES_MAX',
          fallback: '1048576',
          doc: 'Body of a request at the most.',
        },
        { min: 1_024, max: 67_108_864 },
      ),
      requestTimeoutMs: integer(
        {
          variable: 'HTTP_REQUEST_TIMEOUT_MS',
          fallback: '30000',
          doc: 'To receive one request whole.',
        },
        { min: 1_000, max: 600_000 },
      ),
      callsPerSecondMax: integer(
        {
          variable: 'HTTP_CALLS_PER_SECOND_MAX',
          fallback: '200',
          doc: 'Calls of one caller, over HTTP and gRPC together; a burst may be twice that.',
        },
        { min: 1, max: 1_000_000 },
      ),
      shutdownTimeoutMs: integer(
        {
          variable: 'TICKMESH_SHUTDOWN_TIMEOUT_MS',
          fallback: '20000',
          doc: 'For the whole ordered shutdown; the process exits after it.',
        },
        { min: 1_000, max: 600_000 },
      ),
    },
    rules: [
      {
        needs: ['httpPort', 'grpcPort'],
        check: ({ httpPort, grpcPort }) =>
          httpPort === grpcPort ? broken('GRPC_PORT', 'another port than HTTP_PORT') : holds,
      },
    ],
    build: (values) => values,
  });
}

export interface TelemetryConfig {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Base URL of an OTLP/HTTP receiver; undefined traces nothing. */
  readonly otlpEndpointUrl: string | undefined;
  readonly otlpHeaders: Readonly<Record<string, string>>;
  readonly sampler: 'always_on' | 'always_off' | 'traceidratio' | 'parentbased_traceidratio';
  /** Share of new traces that are kept, 0 to 1. */
  readonly sampleRatio: number;
  readonly resourceAttributes: Readonly<Record<string, string>>;
}

export const telemetrySection: Section<TelemetryConfig> = section({
  title: 'Telemetry',
  fields: {
    logLevel: oneOf(
      { variable: 'LOG_LEVEL', fallback: 'info', doc: 'Least severe level that is written.' },
      ['debug', 'info', 'warn', 'error', 'fatal'],
    ),
    otlpEndpointUrl: optional(
      url(
        {
          variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
          doc: 'Base URL of an OTLP/HTTP receiver, traces go to `/v1/traces` under it; unset traces nothing.',
        },
        ['http', 'https'],
      ),
    ),
    otlpProtocol: oneOf(
      {
        variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
        fallback: 'http/json',
        doc: 'Wire form of what is exported.',
      },
      ['http/json'],
    ),
    otlpHeaders: optional(
      pairs({
        variable: 'OTEL_EXPORTER_OTLP_HEADERS',
        secret: true,
        doc: 'Headers sent to the receiver, such as an API key.',
      }),
    ),
    disabled: boolean({
      variable: 'OTEL_SDK_DISABLED',
      fallback: 'false',
      doc: '`true` traces nothing, whatever else is set.',
    }),
    sampler: oneOf(
      {
        variable: 'OTEL_TRACES_SAMPLER',
        fallback: 'parentbased_traceidratio',
        doc: 'Which traces are kept.',
      },
      ['always_on', 'always_off', 'traceidratio', 'parentbased_traceidratio'],
    ),
    sampleRatio: number(
      {
        variable: 'OTEL_TRACES_SAMPLER_ARG',
        fallback: '1',
        doc: 'Share of new traces that are kept.',
      },
      { min: 0, max: 1 },
    ),
    resourceAttributes: optional(
      pairs({
        variable: 'OTEL_RESOURCE_ATTRIBUTES',
        doc: 'Attributes of everything this process exports.',
      }),
    ),
  },
  build: (values) => ({
    logLevel: values.logLevel,
    otlpEndpointUrl: values.disabled ? undefined : values.otlpEndpointUrl,
    otlpHeaders: values.otlpHeaders ?? {},
    sampler: values.sampler,
    sampleRatio: values.sampleRatio,
    resourceAttributes: values.resourceAttributes ?? {},
  }),
});
