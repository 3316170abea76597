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
});
