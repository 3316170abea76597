import { describe, expect, it } from '@jest/globals';
import { isFault } from '@tickmesh/kernel';
import { connectBus } from './bus.ts';
import { type BusKafkaConfig, checkConfig } from './config.ts';
import { kafkaConfig } from './testing/harness.ts';

const registry = { url: 'http://127.0.0.1:8081' };

function problemsOf(kafka: Partial<BusKafkaConfig>, hasTokens = false): unknown {
  try {
    checkConfig({ kafka: { ...kafkaConfig('127.0.0.1:9092'), ...kafka }, registry }, hasTokens);
    return [];
  } catch (error) {
    return isFault(error) ? error.details['problems'] : error;
  }
}

const tls = { ca: undefined, cert: undefined, key: undefined, keyPassword: undefined };
const password = { username: 'u', password: 'p' };

describe('The configuration of the bus', () => {
  it.each([
    ['PLAINTEXT', {}],
    ['SSL', { securityProtocol: 'SSL', tls: { ...tls, ca: 'PEM' } }],
    ['SSL with the trust of Node', { securityProtocol: 'SSL' }],
    ['mutual TLS', { securityProtocol: 'SSL', tls: { ...tls, cert: 'PEM', key: 'PEM' } }],
    ['PLAIN', { securityProtocol: 'SASL_SSL', sasl: { mechanism: 'PLAIN', ...password } }],
    [
      'SCRAM-SHA-256',
      { securityProtocol: 'SASL_PLAINTEXT', sasl: { mechanism: 'SCRAM-SHA-256', ...password } },
    ],
    [
      'SCRAM-SHA-512',
      { securityProtocol: 'SASL_SSL', sasl: { mechanism: 'SCRAM-SHA-512', ...password } },
    ],
  ] as const)('takes %s', (_, kafka) => {
    expect(problemsOf(kafka)).toEqual([]);
  });

  it('takes OAUTHBEARER with a source of tokens only', () => {
    const kafka = {
      securityProtocol: 'SASL_SSL',
      sasl: { mechanism: 'OAUTHBEARER', extensions: {} },
    } as const;
    expect(problemsOf(kafka, true)).toEqual([]);
    expect(problemsOf(kafka, false)).toEqual(['kafka.sasl: OAUTHBEARER needs a source of tokens']);
  });

  it('lists every problem at once', () => {
    expect(
      problemsOf({
        brokers: ['no port', '127.0.0.1:9092'],
        clientId: '',
        heartbeatIntervalMs: 2_000,
        sessionTimeoutMs: 3_000,
        batchSizeBytes: 0,
        lingerMs: -1,
        tls: { ...tls, cert: 'PEM' },
        sasl: { mechanism: 'PLAIN', ...password },
      }),
    ).toHaveLength(8);
  });

  it('is checked before anything is opened', () => {
    const kafka = { ...kafkaConfig('127.0.0.1:9092'), brokers: [] };
    expect(() => connectBus({ kafka, registry: { url: 'nowhere' } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('refuses two topics under one name', () => {
    const kafka = { ...kafkaConfig('127.0.0.1:9092'), tickerTopic: 'market_raw' };
    expect(() => connectBus({ kafka, registry })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
