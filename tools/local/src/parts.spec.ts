import { describe, expect, it } from '@jest/globals';
import { brokerProperties, programOf } from './parts.ts';

describe('a local process in place of an image', () => {
  it('translates the variables of the Kafka image by its own rule and leaves the container behind', () => {
    expect(
      brokerProperties({
        KAFKA_LISTENERS: 'INTERNAL://:29092',
        KAFKA_LOG_DIRS: '/var/lib/kafka/data',
        KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
        KAFKA_SOME__NAME___HERE: 'x',
        OTHER: 'y',
      }),
    ).toEqual({ 'group.min.session.timeout.ms': '1000', 'some_name-here': 'x' });
  });

  it('runs node as the pinned one', () => {
    expect(programOf(['node', 'a.js'])).toEqual({ command: process.execPath, args: ['a.js'] });
    expect(programOf(['other', 'a'])).toEqual({ command: 'other', args: ['a'] });
  });
});
