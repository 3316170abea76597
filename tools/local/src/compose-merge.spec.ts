import { describe, expect, it } from '@jest/globals';
import { mergeCompose } from './compose-merge.ts';

describe('a compose file over another', () => {
  it('joins maps, replaces commands and tests, and mounts each place once', () => {
    const base = {
      name: 'mesh',
      services: {
        kafka: {
          image: 'kafka:1',
          command: ['run', 'plain'],
          environment: { KEPT: '1', CHANGED: 'before' },
          healthcheck: { test: ['CMD', 'a'], retries: 5 },
          volumes: ['data:/data', { type: 'volume', source: 'old', target: '/run' }],
          profiles: ['one'],
        },
      },
    };
    const change = {
      name: 'other',
      services: {
        kafka: {
          command: ['run'],
          environment: { CHANGED: 'after', ADDED: '2' },
          healthcheck: { test: ['CMD', 'b'] },
          volumes: [{ type: 'volume', source: 'new', target: '/run' }],
          profiles: ['two'],
          depends_on: { step: { condition: 'service_healthy' } },
        },
        step: { image: 'step:1' },
      },
    };
    expect(mergeCompose(base, change)).toEqual({
      name: 'other',
      services: {
        kafka: {
          image: 'kafka:1',
          command: ['run'],
          environment: { KEPT: '1', CHANGED: 'after', ADDED: '2' },
          healthcheck: { test: ['CMD', 'b'], retries: 5 },
          volumes: ['data:/data', { type: 'volume', source: 'new', target: '/run' }],
          profiles: ['one', 'two'],
          depends_on: { step: { condition: 'service_healthy' } },
        },
        step: { image: 'step:1' },
      },
    });
    expect(base.services.kafka.environment.CHANGED).toBe('before');
  });
});
