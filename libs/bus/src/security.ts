/** Security settings as kafkajs takes them. */
import { Fault } from '@tickmesh/kernel';
import type { KafkaConfig, Mechanism, SASLOptions } from 'kafkajs';
import type { BusKafkaConfig, BusTls } from './config.ts';
import { BEFORE_SIGN_IN } from './kafkajs-cures.ts';

/**
 * Source of OAuth bearer tokens; caches and renews them itself (at half of a token's life). Asked at half of each
 * session's life, so that the token in hand can serve while its provider is away.
 */
export type TokenSource = () => Promise<string>;

type SecuritySettings = Pick<KafkaConfig, 'ssl' | 'sasl'>;

export function securitySettings(
  kafka: BusKafkaConfig,
  tokens: TokenSource | undefined,
): SecuritySettings {
  const tls = kafka.securityProtocol === 'SSL' || kafka.securityProtocol === 'SASL_SSL';
  const sasl = saslSettings(kafka, tokens);
  return {
    ...(tls ? { ssl: tlsSettings(kafka.tls) } : {}),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

function tlsSettings(tls: BusTls | undefined): NonNullable<KafkaConfig['ssl']> {
  return {
    ...(tls?.ca === undefined ? {} : { ca: [tls.ca] }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
    ...(tls?.keyPassword === undefined ? {} : { passphrase: tls.keyPassword }),
  };
}

function saslSettings(
  { sasl }: BusKafkaConfig,
  tokens: TokenSource | undefined,
): SASLOptions | Mechanism | undefined {
  if (sasl === undefined) return undefined;
  if (sasl.mechanism === 'OAUTHBEARER') {
    if (tokens === undefined) throw new Fault('CONFIG_INVALID', { problems: ['kafka.sasl'] });
    return oauthbearer(tokens, sasl.extensions);
  }
  const { username, password } = sasl;
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password };
  }
}

/**
 * RFC 7628 over the public hook: the built-in mechanism drops the broker's answer, connects with a
 * refused token and fails at the next request with another reason.
 */
export function oauthbearer(
  tokens: TokenSource,
  extensions: Readonly<Record<string, string>>,
): Mechanism & { readonly [BEFORE_SIGN_IN]: TokenSource } {
  return {
    mechanism: 'oauthbearer',
    [BEFORE_SIGN_IN]: tokens,
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const initial = initialResponse(await tokens(), extensions);
        const refusal = await saslAuthenticate({
          request: { encode: () => lengthPrefixed(initial) },
          response: { decode: withoutLength, parse: (challenge) => challenge.toString('utf8') },
        });
        if (refusal !== undefined && refusal !== '') {
          throw new Fault('BROKER_CREDENTIALS', { mechanism: 'OAUTHBEARER', reason: refusal });
        }
      },
    }),
  };
}

/** The client's first message: GS2 header, token and extensions, parted by the byte 1. */
export function initialResponse(
  token: string,
  extensions: Readonly<Record<string, string>>,
): Buffer {
  const pairs = Object.entries(extensions).map(([name, value]) => `${name}=${value}\u0001`);
  return Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001${pairs.join('')}\u0001`);
}

/** SASL bytes travel behind their length; kafkajs puts it there for its own mechanisms only. */
function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function withoutLength(bytes: Buffer): Buffer {
  return bytes.subarray(4);
}
