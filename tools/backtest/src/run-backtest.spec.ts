import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isFault, parseRfc3339 } from '@tickmesh/kernel';
import { renderPage } from './page.ts';
import { runBacktest } from './run-backtest.ts';
import { LIMITS, PAPER, STRATEGIES } from './samples.ts';

const FILE = join(import.meta.dirname, '../../../tests/data/binance/spot-btcusdt-1.gz');
const options = {
  definition: STRATEGIES['reversion']!,
  files: [FILE],
  limits: LIMITS,
  paper: PAPER,
};

describe('a back-test', () => {
  it('run twice, writes the same bytes', async () => {
    const [first, second] = [await runBacktest(options), await runBacktest(options)];
    expect(first.fills.length).toBeGreaterThan(3);
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(renderPage(second)).toBe(renderPage(first));
  });

  it('accounts for all its money: profit is what trades and marks made, less fees', async () => {
    const { result, positions, fills, equity } = await runBacktest(options);
    const paid = fills.reduce((sum, { fee }) => sum + Number(fee), 0);
    expect(Number(result.fees['USDT'])).toBeCloseTo(paid, 6);
    expect(result.startEquity).toBe(1_000_000);
    expect(equity.length).toBeGreaterThan(100);
    const cash = fills.reduce((sum, { side, quantity, price }) => {
      const value = Number(quantity) * Number(price);
      return side === 'BUY' ? sum - value : sum + value;
    }, 0);
    const held = Number(positions[0]?.quantity);
    const mark = (result.endEquity - result.startEquity + paid - cash) / held;
    const last = Number(fills.at(-1)?.price);
    expect(Math.abs(mark / last - 1)).toBeLessThan(0.01);
    expect(result.profitBeforeFees).toBeCloseTo(result.profit + paid, 6);
  });

  it('tells what each fill cost against the middle at its decision, and all of them by value', async () => {
    const { fills, orders, result } = await runBacktest(options);
    const turnover = fills.reduce(
      (sum, { quantity, price }) => sum + Number(quantity) * Number(price),
      0,
    );
    expect(result.turnover).toBeCloseTo(turnover, 6);
    const cost = fills.reduce(
      (sum, { value, slippageBps }) => sum + value * (slippageBps ?? NaN),
      0,
    );
    expect(cost / turnover).toBeCloseTo(orders.slippageBps!, 3);
  });

  it('sees nothing before its start and nothing from its end on', async () => {
    const from = '2024-08-08T23:58:00Z';
    const to = '2024-08-08T23:59:00Z';
    const report = await runBacktest({
      ...options,
      fromMicros: parseRfc3339(from)!,
      toMicros: parseRfc3339(to)!,
    });
    expect(report.fills.length).toBeGreaterThan(0);
    for (const { time } of report.fills) expect(time >= from && time < to).toBe(true);
    expect(parseRfc3339(report.period.from)!).toBeGreaterThanOrEqual(parseRfc3339(from)!);
  });

  it.each([
    ['--from', { fromMicros: parseRfc3339('2024-08-10T00:00:00Z')! }],
    ['--to', { toMicros: parseRfc3339('2024-08-08T00:00:00Z')! }],
    [
      '--from',
      {
        fromMicros: parseRfc3339('2024-08-08T23:57:00Z')!,
        toMicros: parseRfc3339('2024-08-08T23:56:00Z')!,
      },
    ],
  ])(
    'refuses a time between whose bounds nothing lies, naming %s: case %#',
    async (argument, bounds) => {
      const thrown = await runBacktest({ ...options, ...bounds }).catch((fault: unknown) => fault);
      expect(isFault(thrown) && thrown.details['argument']).toBe(argument);
    },
  );

  it('never fills an order before it could have reached the venue', async () => {
    const slow = { ...PAPER, entryLatencyMicros: [500_000, 500_000] as const };
    const [fast, late] = [
      await runBacktest(options),
      await runBacktest({ ...options, paper: slow }),
    ];
    expect(late.fills[0]!.time > fast.fills[0]!.time).toBe(true);
  });

  it('needs no other file than its page', async () => {
    const page = renderPage(await runBacktest(options));
    expect(page).not.toMatch(/(src|href)=|url\(|@import/);
    expect(page).toContain('<svg');
  });

  it('refuses recordings of other markets, naming both', async () => {
    const foreign = { ...options.definition, markets: ['BINANCE_USDM|BTCUSDT'] };
    const thrown = await runBacktest({ ...options, definition: foreign }).catch(
      (fault: unknown) => fault,
    );
    expect(isFault(thrown) && thrown.code).toBe('ARGUMENT_INVALID');
  });
});
