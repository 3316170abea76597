import { expect, it } from '@jest/globals';
import {
  coalesce,
  duration,
  field,
  fields,
  literal,
  max,
  now,
  when,
  type Expression,
} from './expression.ts';

/** Compile-time contract: every line marked must be refused by the compiler, and is refused when it runs. */
const { price, quantity, symbol, active, at } = fields({
  price: 'number',
  quantity: { type: 'number', low: 0 },
  symbol: 'string',
  active: 'boolean',
  at: 'timestamp',
});

it('gives each operation the type that the compiler knows', () => {
  const number: Expression<'number'> = price.mul(quantity).add(1);
  const text: Expression<'string'> = when(active, symbol, 'none');
  const truth: Expression<'boolean'> = price.gt(quantity).and(symbol.like('BTC%'));
  const moment: Expression<'timestamp'> = at.add(duration(1)).bin(duration(60));
  const span: Expression<'duration'> = now().sub(at);
  const open: Expression<'number'> = field('a').mul(field('b'));
  const value: number | null = max(price, 0).evaluate({ price: 1 });
  const word: string | null = coalesce(symbol, 'x').evaluate({});
  expect([number.type, text.type, truth.type, moment.type, span.type, open.type]).toEqual([
    'number',
    'string',
    'boolean',
    'timestamp',
    'duration',
    'number',
  ]);
  expect([value, word]).toEqual([1, 'x']);
});

it('refuses operations that do not fit, in the compiler and when it runs', () => {
  const refused: readonly (() => unknown)[] = [
    // @ts-expect-error a string is not multiplied
    () => symbol.mul(2),
    // @ts-expect-error a number is not compared with a string
    () => price.eq('100'),
    // @ts-expect-error a boolean has no order
    () => active.lt(true),
    // @ts-expect-error a condition is a boolean
    () => when(price, 1, 2),
    // @ts-expect-error timestamps are not added
    () => at.add(now()),
    // @ts-expect-error text functions take strings
    () => price.upper(),
    // @ts-expect-error a duration is not a number
    () => price.add(duration(5)),
    // @ts-expect-error branches have one type
    () => when(active, literal(1), literal('a')),
    // @ts-expect-error a pattern is a string
    () => symbol.like(5),
  ];
  for (const build of refused) expect(build).toThrow('The expression mixes types');
});
