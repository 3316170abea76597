import { describe, expect, it } from '@jest/globals';
import { Fault } from '@tickmesh/kernel';
import { addressLines, eventLines, faultLines, table } from './report.ts';

describe('what the launcher prints', () => {
  it('aligns columns', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['long', 'b', 'c'],
      ]),
    ).toEqual(['a     bb  c', 'long  b   c']);
  });

  it('names the protocol of an address where the name of the service does not', () => {
    expect(
      addressLines([
        { name: 'kafka', addresses: { kafka: '127.0.0.1:9092' } },
        {
          name: 'data-plane',
          addresses: { http: 'http://127.0.0.1:3001', grpc: '127.0.0.1:4001' },
        },
        { name: 'setup', addresses: {} },
      ]),
    ).toEqual([
      '  kafka       127.0.0.1:9092',
      '  data-plane  http://127.0.0.1:3001  grpc 127.0.0.1:4001',
    ]);
  });

  it('shows the last words of what died and when it comes back', () => {
    expect(
      eventLines(
        {
          kind: 'died',
          part: 'data-plane',
          exit: { code: 1, signal: null },
          lastLines: ['boom'],
          restartInMs: 2_000,
        },
        0,
      ),
    ).toEqual([
      '  data-plane       died (exit code 1), restarting in 2 s; its last lines:',
      '    boom',
    ]);
  });

  it('gives the facts of a fault lines of their own', () => {
    const fault = new Fault('PORT_TAKEN', {
      ports: '9092 for kafka',
      words: 'one\ntwo',
      timeoutMs: 5,
    });
    expect(faultLines(fault)).toEqual([
      'A port that is needed is in use.',
      '  ports: 9092 for kafka',
      '  words:',
      '    one',
      '    two',
      '  timeoutMs: 5',
    ]);
  });
});
