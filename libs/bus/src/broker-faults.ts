/** What the Kafka client throws, as faults of ours: the code decides between waiting and giving up. */
import { Fault, type ErrorCode, isFault } from '@tickmesh/kernel';

/** The parts of a kafkajs error that tell what happened; `instanceof` fails across module realms. */
interface ClientError {
  readonly name?: string;
  readonly type?: string;
  readonly message?: string;
  readonly cause?: unknown;
  /** Of a request for several topics: one for each that was refused. */
  readonly errors?: readonly unknown[];
  /** Of Node: how a connection failed. */
  readonly code?: unknown;
  readonly retriable?: boolean;
}

const BY_TYPE: Readonly<Record<string, ErrorCode>> = {
  MESSAGE_TOO_LARGE: 'MSG_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'MSG_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PARTITION: 'TOPIC_UNKNOWN',
  INVALID_TOPIC_EXCEPTION: 'TOPIC_UNKNOWN',
  TOPIC_AUTHORIZATION_FAILED: 'BROKER_RIGHTS',
  GROUP_AUTHORIZATION_FAILED: 'BROKER_RIGHTS',
  CLUSTER_AUTHORIZATION_FAILED: 'BROKER_RIGHTS',
  SASL_AUTHENTICATION_FAILED: 'BROKER_CREDENTIALS',
  ILLEGAL_SASL_STATE: 'BROKER_CREDENTIALS',
};
const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  KafkaJSSASLAuthenticationError: 'BROKER_CREDENTIALS',
  KafkaJSConnectionError: 'BROKER_UNREACHABLE',
  KafkaJSConnectionClosedError: 'BROKER_UNREACHABLE',
  KafkaJSRequestTimeoutError: 'BROKER_UNREACHABLE',
  KafkaJSBrokerNotFound: 'BROKER_UNREACHABLE',
  KafkaJSNoBrokerAvailableError: 'BROKER_UNREACHABLE',
  KafkaJSGroupCoordinatorNotFound: 'BROKER_UNREACHABLE',
  KafkaJSLockTimeout: 'BROKER_UNREACHABLE',
};

/** The client says this with a plain Error, of a broker that it has met and not yet connected to. */
const BY_MESSAGE: Readonly<Record<string, ErrorCode>> = {
  'Broker not connected': 'BROKER_UNREACHABLE',
};

/**
 * TLS: an alert says that the other side refuses us; what Node says of a certificate is that we refuse theirs. Waiting
 * cures neither.
 */
function tlsCode({ code }: ClientError): ErrorCode | undefined {
  if (typeof code !== 'string') return undefined;
  if (/^ERR_SSL_.*ALERT/.test(code)) return 'BROKER_CREDENTIALS';
  return /^ERR_TLS_CERT|CERT|VERIFY_LEAF/.test(code) ? 'BROKER_UNTRUSTED' : undefined;
}

/**
 * Total: the first cause that the tables know names the code. Else what the client calls its own error
 * was refused by the broker, and everything else is a bug, in the client or in ours.
 */
export function brokerFault(thrown: unknown, details: Readonly<Record<string, unknown>>): Fault {
  let code: ErrorCode | undefined;
  for (const error of causes(thrown)) {
    if (isFault(error)) return error;
    code ??=
      tlsCode(error) ??
      BY_TYPE[error.type ?? ''] ??
      BY_NAME[error.name ?? ''] ??
      BY_MESSAGE[error.message ?? ''];
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault(code ?? fallbackCode(thrown), { ...details, message }, thrown);
}

function fallbackCode(thrown: unknown): ErrorCode {
  for (const { name } of causes(thrown)) {
    if (name === 'KafkaJSNotImplemented' || name === 'KafkaJSInvariantViolation') {
      return 'UNEXPECTED';
    }
  }
  const isClientError = thrown instanceof Error && thrown.name.startsWith('KafkaJS');
  const root = [...causes(thrown)].at(-1);
  return isClientError && root?.name?.startsWith('KafkaJS') === true
    ? 'BROKER_REFUSED'
    : 'UNEXPECTED';
}

/** Kafka's own name of the error, such as OUT_OF_ORDER_SEQUENCE_NUMBER. */
export function typeOf(thrown: unknown): string | undefined {
  for (const error of causes(thrown)) if (error.type !== undefined) return error.type;
  return undefined;
}

function* causes(thrown: unknown): Generator<ClientError> {
  let error = thrown;
  for (let depth = 0; depth < 8 && typeof error === 'object' && error !== null; depth++) {
    yield error;
    const { cause, errors } = error as ClientError;
    error = cause ?? errors?.[0];
  }
}
