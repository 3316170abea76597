import { describe, expect, it } from '@jest/globals';
import {
  decimalFromNumber,
  decimalToNumber,
  divideHalfEven,
  floorToStep,
  formatDecimal,
  parseDecimal,
  roundToStep,
} from './decimal.ts';
import { isFault } from './fault.ts';

const ruleOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (thrown) {
    return isFault(thrown) ? thrown.details['rule'] : thrown;
  }
  return 'accepted';
};

describe('exact decimals', () => {
  it.each([
    ['0', 0n],
    ['1.5', 1_500_000_000n],
    ['-0.000000001', -1n],
    ['1e-3', 1_000_000n],
    ['12E2', 1_200_000_000_000n],
    ['1.2300000000000', 1_230_000_000n],
    ['0.10', 100_000_000n],
  ])('reads %s from its text', (text, units) => {
    expect(parseDecimal(text)).toBe(units);
  });

  it('refuses a digit that carries value beyond the scale', () => {
    expect(ruleOf(() => parseDecimal('0.0000000001'))).toBe('scale 9');
  });

  it('refuses more digits than an Avro decimal(38, 9) holds, without computing them', () => {
    expect(ruleOf(() => parseDecimal('1e29'))).toBe('precision 38');
    expect(ruleOf(() => parseDecimal('1e999'))).toBe('precision 38');
    expect(parseDecimal('99999999999999999999999999999.999999999')).toBe(10n ** 38n - 1n);
  });

  it.each(['', '.', '1.', '.5', '1,5', ' 1', '0x10', 'NaN', '1e', '--1', '+1'])(
    'refuses %j, which is no decimal',
    (text) => {
      expect(ruleOf(() => parseDecimal(text))).toBe('decimal');
    },
  );

  it('writes the shortest plain text', () => {
    expect(formatDecimal(1_500_000_000n)).toBe('1.5');
    expect(formatDecimal(-1n)).toBe('-0.000000001');
    expect(formatDecimal(3_000_000_000n)).toBe('3');
    expect(formatDecimal(0n)).toBe('0');
  });

  it('rounds a market price to the step, exactly for 15 digits', () => {
    expect(decimalFromNumber(61_837.63, 10_000_000n)).toBe(61_837_630_000_000n);
    expect(decimalFromNumber(0.1 + 0.2, 100_000_000n)).toBe(300_000_000n);
    expect(ruleOf(() => decimalFromNumber(Number.NaN, 1n))).toBe('finite');
  });

  it('rounds ties to the even multiple, and floors towards minus infinity', () => {
    expect(roundToStep(15n, 10n)).toBe(20n);
    expect(roundToStep(25n, 10n)).toBe(20n);
    expect(roundToStep(-15n, 10n)).toBe(-20n);
    expect(floorToStep(-1n, 10n)).toBe(-10n);
    expect(divideHalfEven(7n, -2n)).toBe(-4n);
    expect(divideHalfEven(5n, -2n)).toBe(-2n);
  });

  it('gives the nearest double for display', () => {
    expect(decimalToNumber(61_837_630_000_000n)).toBe(61_837.63);
  });
});
