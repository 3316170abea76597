import { describe, expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.ts';

describe('A turnstile', () => {
  it('lets so many through at a time, in the order in which they came, also past one that fails', async () => {
    const turnstile = new Turnstile(2);
    const entered: number[] = [];
    const leave: (() => void)[] = [];
    let inside = 0;
    let most = 0;
    const pass = (number: number): Promise<number> =>
      turnstile.pass(async () => {
        entered.push(number);
        most = Math.max(most, ++inside);
        await new Promise<void>((resolve) => leave.push(resolve));
        inside--;
        if (number === 1) throw new Error('the second fails');
        return number;
      });
    const passed = Promise.allSettled([0, 1, 2, 3, 4].map(pass));
    for (let left = 0; left < 5; left++) {
      expect(entered).toHaveLength(Math.min(5, left + 2));
      leave.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await passed).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(entered).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    leave.length = 0;
    void turnstile.pass(() => Promise.resolve(entered.push(5)));
    expect(entered.at(-1)).toBe(5);
  });
});
