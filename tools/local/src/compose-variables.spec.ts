import { describe, expect, it } from '@jest/globals';
import { interpolate, variableIn } from './compose-variables.ts';

const variables = { PORT: '19092', EMPTY: '', NAME: 'mesh' };

describe('variables of a compose file', () => {
  it.each([
    ['plain', 'plain'],
    ['$PORT', '19092'],
    ['x${PORT}y', 'x19092y'],
    ['${UNSET}', ''],
    ['${UNSET:-9092}', '9092'],
    ['${EMPTY:-9092}', '9092'],
    ['${EMPTY-9092}', ''],
    ['${UNSET-9092}', '9092'],
    ['${PORT:-9092}', '19092'],
    ['${UNSET:-${NAME}-${PORT}}', 'mesh-19092'],
    ['${NAME:+set}', 'set'],
    ['${EMPTY:+set}', ''],
    ['${EMPTY+set}', 'set'],
    ['cost: $$5', 'cost: $5'],
  ])('replaces %s', (text, expected) => {
    expect(interpolate(text, variables)).toBe(expected);
  });

  it.each(['${UNSET:?say it}', '${EMPTY:?say it}', '${PORT', '$-', '${PORT!x}'])(
    'refuses %s',
    (text) => {
      expect(() => interpolate(text, variables)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    },
  );

  it('finds the variable that moves a value', () => {
    expect(variableIn('${KAFKA_PORT:-9092}')).toBe('KAFKA_PORT');
    expect(variableIn('9092')).toBeUndefined();
  });
});
