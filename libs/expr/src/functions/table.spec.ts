import { describe, expect, it } from '@jest/globals';
import { FUNCTIONS, functionCalled, functionOfJson, jsonName } from './table.ts';

describe('the function table', () => {
  it('calls nothing by a name that another function has', () => {
    const names = FUNCTIONS.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const row of FUNCTIONS) expect(functionCalled(row.name)).toBe(row);
  });

  it('gives every function a JSON form of its own', () => {
    for (const row of FUNCTIONS) expect(functionOfJson(row.json.type, jsonName(row))).toBe(row);
  });

  it('has the functions of the reference and those that formulas of traders need', () => {
    const needed =
      'add subtract multiply divide modulo power eq ne lt le gt ge and or not negate abs if coalesce isnull sqrt ceil floor round log exp ' +
      'min max length upper lower contains starts_with concat sign trunc greatest least now bin in between like number text boolean timestamp ' +
      'trim substring replace normpdf normcdf bs_price bs_delta bs_gamma bs_theta bs_vega';
    for (const name of needed.split(' ')) expect(functionCalled(name)?.name).toBe(name);
  });
});
