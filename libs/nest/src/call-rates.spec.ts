import { describe, expect, it } from '@jest/globals';
import { CallRates } from './call-rates.ts';

describe('the rate of calls', () => {
  it('lets a burst of two seconds pass, then what each second brings', () => {
    let nowMs = 0;
    const rates = new CallRates(10, () => nowMs);
    const passed = (count: number): number =>
      Array.from({ length: count }, () => rates.take('alice')).filter((wait) => wait === 0).length;
    expect(passed(30)).toBe(20);
    nowMs = 1_000;
    expect(passed(30)).toBe(10);
    nowMs = 60_000;
    expect(passed(30)).toBe(20);
  });

  it('says when the next call may come, and holds nobody to the rate of another', () => {
    const rates = new CallRates(2, () => 0);
    for (let call = 0; call < 4; call++) expect(rates.take('alice')).toBe(0);
    expect(rates.take('alice')).toBe(0.5);
    expect(rates.take('bob')).toBe(0);
  });

  it('remembers a bounded number of callers', () => {
    const rates = new CallRates(1, () => 0);
    for (let caller = 0; caller < 10_500; caller++) rates.take(`caller ${caller}`);
    expect(rates.size).toBe(10_000);
  });
});
