import { describe, expect, it } from '@jest/globals';
import { field, fields, parse } from './expression.ts';

const MODERATE = { type: 'number', low: 0, high: 1e6, leastNonZero: 1e-6 } as const;

describe('PostgreSQL text', () => {
  it('is plain arithmetic where the bounds of the fields exclude overflow', () => {
    const pnl = parse('(current_price - avg_cost) * quantity', {
      current_price: MODERATE,
      avg_cost: MODERATE,
      quantity: MODERATE,
    });
    expect(pnl.toSql().text).toBe(
      "(((data->>'current_price')::float8 - (data->>'avg_cost')::float8) * (data->>'quantity')::float8)",
    );
  });

  it('guards what can overflow, underflow or divide by 0, and only that', () => {
    expect(parse('a + 1').toSql().text).toBe("((data->>'a')::float8 + 1::float8)");
    expect(parse('a + b').toSql().text).toMatch(
      /^\(CASE WHEN .* ELSE \(data->>'a'\)::float8 \+ \(data->>'b'\)::float8 END\)$/,
    );
    expect(parse('a / b', { a: MODERATE, b: MODERATE }).toSql().text).toBe(
      "((data->>'a')::float8 / nullif((data->>'b')::float8, 0))",
    );
    expect(parse('a / 4', { a: MODERATE }).toSql().text).toBe("((data->>'a')::float8 / 4::float8)");
    expect(parse('sqrt(a)', { a: MODERATE }).toSql().text).toBe("(sqrt((data->>'a')::float8))");
  });

  it('grows with the expression, not with the square of its depth', () => {
    const lengthOf = (terms: number): number =>
      parse(Array(terms).fill('a').join(' * ')).toSql().text.length;
    expect(lengthOf(80) - lengthOf(60)).toBeLessThan(1.1 * (lengthOf(60) - lengthOf(40)));
  });

  it('sends strings as parameters, each once, from the number that is asked for', () => {
    const sql = parse('s == "a" or s == "b" or t == "a"').toSql({ firstParameter: 5 });
    expect(sql.parameters).toEqual(['a', 'b']);
    expect(sql.text).toBe(
      "((((data->>'s') = $5::text) OR ((data->>'s') = $6::text)) OR ((data->>'t') = $5::text))",
    );
  });

  it('reads columns of their own, of a table if there is one', () => {
    const { price, side } = fields({ price: MODERATE, side: 'string' });
    const expression = side.eq('BUY').and(price.gt(1));
    expect(expression.toSql({ source: { kind: 'columns', table: 'o' } }).text).toBe(
      '(("o"."side" = $1::text) AND ("o"."price"::float8 > 1::float8))',
    );
    expect(
      expression.toSql({ source: { kind: 'jsonb', column: 'Row', table: 'o' } }).text,
    ).toContain(`("o"."Row"->>'side')`);
  });

  it('calls the unbounded numbers of a column null when they are not finite', () => {
    const { text } = field('x', 'number').toSql({ source: { kind: 'columns' } });
    expect(text).toBe(`(CASE WHEN abs("x"::float8) < 'infinity' THEN "x"::float8 END)`);
  });

  it('asks for the type of a field that nothing tells, unless only its presence is asked', () => {
    expect(() => parse('coalesce(a, b)').toSql()).toThrow('a type for the field');
    expect(parse('coalesce(a, b)').toSql({ schema: { a: 'number', b: 'number' } }).type).toBe(
      'number',
    );
    expect(parse('isnull(a)').toSql().text).toBe("((data->>'a') IS NULL)");
  });

  it('gives times at its edge as timestamptz, and takes now from its options', () => {
    const sql = parse('now() - 5m').toSql({ now: 300_000_000 });
    expect(sql).toMatchObject({ type: 'timestamp', parameters: [300_000_000] });
    expect(sql.text).toMatch(/^\(timestamptz '1970-01-01 00:00:00\+00' \+ /);
    expect(() => parse('now()').toSql()).toThrow('asks for now()');
  });
});

describe('Legend Pure text', () => {
  it('has the shapes of the reference', () => {
    expect(parse('if(x > 0 and not flag, "it\'s", s)').toPure()).toBe(
      "if((($row.x > 0) && !($row.flag)), |'it\\'s', |$row.s)",
    );
    expect(parse('coalesce(a, b, 0)').toPure({ variable: 'pos' })).toBe(
      'if(isEmpty($pos.a), |if(isEmpty($pos.b), |0, |$pos.b), |$pos.a)',
    );
    expect(parse('a ** 2').toPure()).toBe('pow($row.a, 2)');
  });

  it('is empty where the language has no answer', () => {
    expect(parse('a / b').toPure()).toBe('if(($row.b == 0), |[], |($row.a / $row.b))');
    expect(parse('a / 4').toPure()).toBe('($row.a / 4)');
    expect(parse('sqrt(a - b)').toPure()).toBe(
      '{v1: Number[0..1]|if(($v1 < 0), |[], |sqrt($v1))}->eval(($row.a - $row.b))',
    );
  });

  it('writes whole numbers beyond 64 bits as floats', () => {
    expect(parse('x + 1e20 + 1e22').toPure()).toBe('(($row.x + 100000000000000000000.0) + 1e22)');
  });

  it('refuses functions that Pure does not have', () => {
    expect(() => parse('normcdf(x)').toPure()).toThrow('a function that Pure has too');
  });
});
