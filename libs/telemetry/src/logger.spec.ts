import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { type LogFields, type LogLevel, type Logger, createLogger } from './index.ts';

interface Written {
  readonly logger: Logger;
  readonly lines: string[];
  record(index: number): Record<string, unknown>;
}

function written(level: LogLevel = 'debug', traceContext?: () => LogFields): Written {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'data-plane',
    level,
    write: (line) => lines.push(line),
    nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    ...(traceContext === undefined ? {} : { traceContext }),
  });
  return { logger, lines, record: (index) => JSON.parse(lines[index]!) as Record<string, unknown> };
}

describe('a log line', () => {
  it('is one JSON object with time, level, event, service and facts', () => {
    const { logger, lines } = written();
    logger.info('batch.retried', { topic: 'market_raw', offset: 12n, latency_ms: 1.5 });
    expect(lines).toEqual([
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","event":"batch.retried","service":"data-plane","topic":"market_raw","offset":"12","latency_ms":1.5}\n',
    ]);
  });

  it('is not written below the level', () => {
    const { logger, lines } = written('warn');
    logger.info('service.ready');
    logger.error('service.failed');
    expect(lines).toHaveLength(1);
    expect([logger.isEnabled('info'), logger.isEnabled('warn')]).toEqual([false, true]);
  });

  it('carries the facts of its logger and the trace it is written in', () => {
    const { logger, record } = written('debug', () => ({ trace_id: 'abc' }));
    logger.with({ topic: 't', partition: 1 }).with({ partition: 2 }).info('service.ready');
    expect(record(0)).toMatchObject({ trace_id: 'abc', topic: 't', partition: 2 });
  });

  it('cannot be forged: facts replace no name of the line and hold no line break', () => {
    const { logger, lines, record } = written();
    logger.info('feed.connected', {
      level: 'fatal',
      service: 'other',
      text: 'x\n{"level":"fatal"}\r\u001b[2J\u009b2J\u2028\u007f',
    });
    expect(record(0)).toMatchObject({ level: 'info', service: 'data-plane' });
    expect(lines.join('').slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(record(0)['text']).toBe('x\n{"level":"fatal"}\r\u001b[2J\u009b2J\u2028\u007f');
  });

  it('says what a fault says, with its causes, at the level of its kind', () => {
    const { logger, record } = written();
    const cause = new Error('connect ECONNREFUSED');
    logger.fault('dependency.lost', new Fault('BROKER_UNREACHABLE', { attempt: 3 }, cause));
    expect(record(0)).toMatchObject({
      level: 'warn',
      fault: {
        code: 'BROKER_UNREACHABLE',
        kind: 'unavailable',
        details: { attempt: 3 },
        cause: { message: 'connect ECONNREFUSED' },
      },
    });
    logger.fault('service.failed', 'thrown text');
    expect(record(1)).toMatchObject({
      level: 'error',
      fault: { code: 'UNEXPECTED', stack: expect.stringContaining('logger.spec.ts') as unknown },
    });
  });
});

describe('what a log line may hold', () => {
  it('is bounded in text, entries, depth and nodes', () => {
    const { logger, lines, record } = written();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    logger.info('service.ready', {
      text: 'a'.repeat(1_000_000),
      list: Array.from({ length: 100_000 }, (_, index) => index),
      wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index])),
      circle,
      bytes: Buffer.alloc(1_000_000),
      tree: Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => ['x', 'y'])),
    });
    expect(lines[0]!.length).toBeLessThan(32_768);
    expect(record(0)['bytes']).toBe('1000000 bytes');
  });

  it('takes values that JSON cannot hold', () => {
    const { logger, record } = written();
    logger.info('service.ready', {
      nan: Number.NaN,
      when: new Date(0),
      never: new Date(Number.NaN),
      map: new Map([['a', 1n]]),
      set: new Set(['b']),
      nothing: null,
      call: () => 1,
    });
    expect(record(0)).toMatchObject({
      nan: 'NaN',
      when: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      map: { a: '1' },
      set: ['b'],
      nothing: null,
    });
  });

  it('is free of secrets, by name and by form, also in causes', () => {
    const { logger, lines } = written();
    const hidden = 'hunter2hunter2';
    logger.fault(
      'dependency.lost',
      new Fault(
        'DATABASE_UNREACHABLE',
        { url: `postgres://u:${hidden}@db/x`, password: hidden, clientSecret: hidden },
        new Error(`Authorization: Bearer ${hidden} refused (client_secret=${hidden})`),
      ),
      { access_token: hidden, headers: { Cookie: hidden }, api_key: hidden },
    );
    logger.info('service.ready', {
      text: `${'a'.repeat(2_030)} postgres://user:${hidden}@host/`,
      pem: `-----BEGIN PRIVATE KEY-----\n${hidden}`,
    });
    expect(lines.join('')).not.toContain('hunter2');
  });
});
