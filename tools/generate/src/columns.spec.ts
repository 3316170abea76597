import { describe, expect, it } from '@jest/globals';
import { renderColumns } from './columns.ts';

const MODULE = 'libs/domain/columns/src/gen/columns.ts';
const PAGE = 'docs/reference/columns.md';

const SIDE = `
side:
  type: string
  enum: [BUY, SELL]
  description: Trade direction
  synonyms: [buy/sell]
  role: dimension
  allowed_prefixes: [maker]
  contract_values: { BUY: B, SELL: S }
`;
const PRICE = `
price: { type: decimal, scale: 9, min_value: 0, description: Price, role: measure, unit: USD, pattern: 'a|b' }
`;

describe('the renderer of columns', () => {
  it('writes each definition as a literal that names its file, the shared vocabulary first', () => {
    const files = new Map([
      ['zebra.yaml', PRICE],
      ['trading.yaml', SIDE],
      ['contract-fields.yaml', 'Fill.cost: price\n'],
    ]);
    const text = renderColumns(files).get(MODULE) ?? '';
    const [side, price] = [text.indexOf('  side: {'), text.indexOf('  price: {')];
    expect(side).toBeGreaterThan(0);
    expect(price).toBeGreaterThan(side);
    expect(text).toContain(
      'price: { name: "price", module: "zebra", type: "decimal", scale: 9, minValue: 0,',
    );
    expect(text).toContain('contractValues: { BUY: "B", SELL: "S" }');
    expect(text).toContain('{ "Fill.cost": "price" };');
  });

  it('shows every name, value and synonym on the page, with bars escaped', () => {
    const page = renderColumns(new Map([['trading.yaml', SIDE + PRICE]])).get(PAGE) ?? '';
    expect(page).toContain('2 columns');
    expect(page).toContain(
      '| `side` `maker_side` | string | dimension |  | Trade direction | BUY, SELL | buy/sell |',
    );
    expect(page).toContain('| `price` | decimal(9) | measure | USD | Price | >= 0; `a\\|b` |  |');
  });

  it('refuses a key that no definition has, and says where', () => {
    const files = new Map([['trading.yaml', SIDE.replace('enum', 'enumeration')]]);
    expect(() => renderColumns(files)).toThrow('trading.yaml: side has no key "enumeration"');
  });
});
