import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BacktestReport, renderPage, runBacktest } from '@tickmesh/backtest';
import type { Command } from 'commander';
import { INSTRUMENTS } from '@tickmesh/contracts';
import { Fault, parseRfc3339 } from '@tickmesh/kernel';
import { loadLimits, paperSettings } from '@tickmesh/order-plane/decide';
import { loadStrategies } from '@tickmesh/strategy-plane/strategies';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface BacktestCommand extends CommonOptions {
  readonly data: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly out: string;
  readonly strategies: string;
  readonly limits: string;
  readonly seed: string;
  readonly latencyMs: string;
  readonly makerBps: string;
  readonly takerBps: string;
}

/** `mesh backtest STRATEGY --data FILES`: the live classes over recorded data, in this process. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('backtest')
    .description(
      'Run a configured strategy over recorded market data; write report.json and report.html',
    )
    .argument('<strategy>', 'id of a strategy of the strategies file')
    .requiredOption(
      '--data <files...>',
      'capture files; files of one market are one recording, in this order',
    )
    .option('--from <time>', 'the strategy sees nothing before it (RFC 3339)')
    .option('--to <time>', 'nothing from here on is played (RFC 3339)')
    .option('--out <folder>', 'where the report goes', 'backtest')
    .option('--strategies <file>', 'the strategies file', 'config/strategies.yaml')
    .option('--limits <file>', 'the limits file', 'config/limits.yaml')
    .option('--seed <text>', 'seed of the paper venue', 'paper')
    .option('--latency-ms <min-max>', 'to the venue, and back again', '1-3')
    .option('--maker-bps <n>', 'fee of orders that rested', '2')
    .option('--taker-bps <n>', 'fee of orders that crossed', '5')
    .option('--json', 'the report without its lists, as one JSON text')
    .addHelpText(
      'after',
      '\nExample:\n  mesh backtest OFI_BTC --data tests/data/binance/spot-btcusdt-1.gz tests/data/binance/spot-btcusdt-2.gz',
    )
    .action((strategy: string, options: BacktestCommand) =>
      run(options, output, () => backtest(strategy, options, output)),
    );
}

async function backtest(id: string, options: BacktestCommand, output: Output): Promise<void> {
  const definitions = loadStrategies(options.strategies, INSTRUMENTS);
  const definition = definitions.find((each) => each.id === id);
  if (definition === undefined) {
    throw new Fault('NOT_FOUND', {
      strategy: id,
      configured: definitions.map((each) => each.id).join(' '),
    });
  }
  const latencyMs = latencyOf(options.latencyMs);
  const report = await runBacktest({
    definition,
    files: options.data,
    limits: loadLimits(options.limits),
    paper: paperSettings({
      seed: options.seed,
      entryLatencyMs: latencyMs,
      responseLatencyMs: latencyMs,
      makerFeeBps: basisPoints('--maker-bps', options.makerBps),
      takerFeeBps: basisPoints('--taker-bps', options.takerBps),
    }),
    fromMicros: timeOf('--from', options.from),
    toMicros: timeOf('--to', options.to),
    onProgress: progress(output, options.json === true),
  });
  await mkdir(options.out, { recursive: true });
  const paths = { json: join(options.out, 'report.json'), html: join(options.out, 'report.html') };
  await writeFile(paths.json, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(paths.html, renderPage(report));
  if (options.json === true) output.line(json({ ...withoutLists(report), files: paths }));
  else tell(report, paths, output);
}

/** Says how far it is, on the error stream, at every hundred thousand frames. */
function progress(output: Output, isQuiet: boolean): (frames: number, atMicros: number) => void {
  let told = 0;
  return (frames, atMicros) => {
    if (isQuiet || frames - told < 25_000) return;
    told = frames;
    output.error(`${frames} frames, ${new Date(atMicros / 1000).toISOString()}`);
  };
}

function withoutLists(report: BacktestReport): Partial<BacktestReport> {
  const { strategy, hashes, period, currency, result, orders, market, positions } = report;
  return { strategy, hashes, period, currency, result, orders, market, positions };
}

function tell(report: BacktestReport, paths: { json: string; html: string }, output: Output): void {
  const { result, orders, currency, period, market } = report;
  const fees = Object.entries(result.fees).map(([name, fee]) => `${fee} ${name}`);
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  output.line(
    table(
      [report.strategy.id, report.strategy.markets.join(', ')],
      [
        ['period', `${period.from} to ${period.to}`],
        ['frames', `${market.frames}, events ${market.events}, not readable ${market.unreadable}`],
        ['intents', counts(orders.intents) || 'none'],
        ['orders', counts(orders.byStatus) || 'none'],
        ['denied by', counts(orders.deniedBy) || 'nothing'],
        ['fills', `${report.fills.length}, trades ${result.trades}, won ${result.winningTrades}`],
        ['profit', `${result.profit.toFixed(2)} ${currency}, after fees`],
        ['fees', fees.join(', ') || 'none'],
        ['largest drawdown', `${(result.maxDrawdown * 100).toFixed(4)} %`],
        [
          'slippage',
          orders.slippageBps === null ? 'no fills' : `${orders.slippageBps.toFixed(3)} bp`,
        ],
        [
          'Sharpe above 0',
          result.probabilisticSharpe === null
            ? 'no answer'
            : `with probability ${result.probabilisticSharpe.toFixed(4)}`,
        ],
      ],
    ),
  );
  output.line(`\n${paths.html}\n${paths.json}`);
}

function timeOf(argument: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const micros = parseRfc3339(text);
  if (micros !== undefined) return micros;
  throw new Fault('ARGUMENT_INVALID', {
    argument,
    expected: 'an RFC 3339 time with a zone',
    found: text,
  });
}

function latencyOf(text: string): [min: number, max: number] {
  const [min, max] = (/^(\d{1,5})-(\d{1,5})$/.exec(text) ?? []).slice(1).map(Number);
  if (min !== undefined && max !== undefined && min <= max) return [min, max];
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--latency-ms',
    expected: 'two whole numbers, as 1-3',
    found: text,
  });
}

function basisPoints(argument: string, text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1000) return value;
  throw new Fault('ARGUMENT_INVALID', {
    argument,
    expected: 'a number from 0 to 1000',
    found: text,
  });
}
