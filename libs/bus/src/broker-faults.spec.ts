import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import {
  KafkaJSConnectionError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { brokerFault } from './broker-faults.ts';

/** As the client makes them of the broker's answers. */
function refusal(type: string, retriable: boolean): Error {
  return new KafkaJSProtocolError({ message: type, name: type, type, code: 1, retriable } as never);
}

describe('What the Kafka client throws', () => {
  it('is a broker that is away, whenever waiting is the cure', () => {
    const thrown = [
      new KafkaJSConnectionError('Connection error: connect ECONNREFUSED'),
      new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError('gone'), {
        retryCount: 5,
        retryTime: 1,
      }),
      refusal('NOT_LEADER_FOR_PARTITION', true),
      new Error('Broker not connected'),
    ];
    for (const error of thrown) {
      const { reaction, code } = brokerFault(error, {});
      expect([error.message, code, reaction.retry]).toEqual([error.message, code, 'backoff']);
    }
  });

  it("is a bug when it is none of the client's own errors, and stays a fault that it was", () => {
    expect(brokerFault(new TypeError('x is undefined'), {}).kind).toBe('bug');
    const fault = new Fault('MSG_TOO_LARGE', {});
    expect(brokerFault(fault, {})).toBe(fault);
  });

  it('names the topic that is not there, and the credentials that are refused', () => {
    expect(brokerFault(refusal('UNKNOWN_TOPIC_OR_PARTITION', true), {}).code).toBe('TOPIC_UNKNOWN');
    expect(brokerFault(refusal('SASL_AUTHENTICATION_FAILED', false), {}).code).toBe(
      'BROKER_CREDENTIALS',
    );
  });

  it('names the side that does not trust the other, and the first of several refusals', () => {
    const tls = (code: string): Error => Object.assign(new Error('TLS'), { code });
    expect(brokerFault(tls('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), {}).code).toBe('BROKER_CREDENTIALS');
    for (const code of [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'CERT_HAS_EXPIRED',
    ]) {
      expect(brokerFault(tls(code), {}).code).toBe('BROKER_UNTRUSTED');
    }
    const several = Object.assign(new Error('Topic creation errors'), {
      errors: [refusal('TOPIC_AUTHORIZATION_FAILED', false)],
    });
    expect(brokerFault(several, {}).code).toBe('BROKER_RIGHTS');
  });
});
