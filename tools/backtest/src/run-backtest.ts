/** A back-test from files to report. */
import type { EquityPoint, FillLine } from './report.ts';
import { type BacktestReport, makeReport, moneyNumber } from './report.ts';
import { stat } from 'node:fs/promises';
import { INSTRUMENTS } from '@tickmesh/contracts';
import { openRecordings } from '@tickmesh/data-plane/replay';
import type { EffectiveFill, PaperSettings } from '@tickmesh/domain-orders';
import type { LimitsDocument } from '@tickmesh/domain-risk';
import { type StrategyDefinition, marketKey } from '@tickmesh/domain-strategies';
import { Fault, decimalToNumber, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import type { LoggedOrder } from '@tickmesh/order-plane/decide';
import { hashCode, hashFiles, hashText } from './hashes.ts';
import { type PlayedFrame, type Recording, mergedFrames } from './recorded-frames.ts';
import { Simulation } from './simulation.ts';

export interface BacktestOptions {
  readonly definition: StrategyDefinition;
  readonly files: readonly string[];
  readonly limits: LimitsDocument;
  readonly paper: PaperSettings;
  /** Microseconds; the strategy sees events from here on, and ends with the last event before `to`. */
  readonly fromMicros?: number | undefined;
  readonly toMicros?: number | undefined;
  /** Told after each batch of frames. */
  readonly onProgress?: (frames: number, atMicros: number) => void;
}

const EQUITY_STEP_MICROS = 1_000_000;

/**
 * Plays the recordings of the strategy's markets, once.
 * @throws Fault NOT_FOUND for a missing file, FRAME_UNREADABLE for one that is no recording, ARGUMENT_INVALID when no
 *   file is of a market of the strategy, its markets settle in several currencies, or nothing lies between from and to
 */
export async function runBacktest(options: BacktestOptions): Promise<BacktestReport> {
  const { definition, files, fromMicros = 0, toMicros = Infinity } = options;
  const recordings = await recordingsOf(definition, files);
  const data = await hashFiles(files);
  const ledger = new Tally(currencyOf(definition));
  const simulation = new Simulation({
    definition,
    instruments: INSTRUMENTS,
    limits: options.limits,
    paper: options.paper,
    runId: `backtest-${hashText(JSON.stringify(data)).slice(0, 12)}`,
    fromMicros,
    onFill: (order, fill, atMicros) => {
      ledger.fills.push(fillLine(order, fill, atMicros));
    },
    onDenied: (codes) => {
      for (const code of codes) count(ledger.denied, code);
    },
    probe: {
      intended: ({ action }) => {
        count(ledger.intents, action);
      },
      passed: (atMicros) => {
        if (atMicros >= fromMicros) ledger.sample(simulation, atMicros);
      },
    },
  });
  await play(simulation, recordings, { ...options, toMicros });
  refuseEmpty(simulation, fromMicros, toMicros);
  ledger.sample(simulation, simulation.nowMicros, true);
  return makeReport({
    definition,
    instruments: INSTRUMENTS,
    currency: ledger.currency,
    hashes: { data, code: hashCode(), configuration: configurationHash(options) },
    desk: simulation.desk,
    fills: ledger.fills,
    intents: ledger.intents,
    denied: ledger.denied,
    equity: ledger.equity,
    market: simulation.counts,
  });
}

function fillLine(order: LoggedOrder, fill: EffectiveFill, atMicros: number): FillLine {
  const { symbol, exchange, fold, intentId } = order;
  const instrument = INSTRUMENTS.find((each) => marketKey(each) === `${exchange}|${symbol}`);
  const { side } = fold.intent;
  const { arrivalMid } = fold.state();
  const worse = side === 'BUY' ? 1 : -1;
  const price = decimalToNumber(fill.price);
  const mid = arrivalMid === undefined ? undefined : decimalToNumber(arrivalMid);
  const contracts =
    decimalToNumber(fill.quantity) * decimalToNumber(instrument?.multiplier ?? 1_000_000_000n);
  return {
    time: formatRfc3339(atMicros),
    market: `${exchange}|${symbol}`,
    side,
    quantity: formatDecimal(fill.quantity),
    price: formatDecimal(fill.price),
    value: Number(
      (instrument?.inverse === true ? contracts / price : contracts * price).toFixed(9),
    ),
    fee: formatDecimal(fill.fee),
    feeCurrency: fill.feeCurrency ?? '',
    liquidity: fill.liquidity ?? '',
    slippageBps:
      mid === undefined ? null : Number((((worse * (price - mid)) / mid) * 10_000).toFixed(6)),
    executionId: fill.executionId,
    intentId,
  };
}

async function play(
  simulation: Simulation,
  recordings: readonly Recording[],
  { toMicros, onProgress }: { toMicros: number; onProgress?: BacktestOptions['onProgress'] },
): Promise<void> {
  for await (const batch of mergedFrames(recordings)) {
    const within = batch.filter(({ frame }) => frame.received_at < toMicros);
    playBatch(simulation, within);
    onProgress?.(simulation.counts.frames, simulation.nowMicros);
    if (within.length < batch.length) break;
  }
  simulation.finish();
}

/** A report on nothing would read as one on a strategy that did nothing. */
function refuseEmpty(simulation: Simulation, fromMicros: number, toMicros: number): void {
  const { counts, nowMicros } = simulation;
  if (counts.frames === 0) {
    throw new Fault('ARGUMENT_INVALID', {
      argument: '--to',
      expected: 'a time after the first frame',
      found: Number.isFinite(toMicros) ? formatRfc3339(toMicros) : 'no frames',
    });
  }
  if (nowMicros >= fromMicros) return;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--from',
    expected: `a time before the last frame played, of ${formatRfc3339(nowMicros)}`,
    found: formatRfc3339(fromMicros),
  });
}

function playBatch(simulation: Simulation, batch: readonly PlayedFrame[]): void {
  for (const { market, frame, position } of batch) simulation.onFrame(market, frame, position);
}

/** Counts and samples of one run. */
class Tally {
  readonly currency: string;
  readonly fills: FillLine[] = [];
  readonly intents = new Map<string, number>();
  readonly denied = new Map<string, number>();
  readonly equity: EquityPoint[] = [];
  #nextMicros = 0;

  constructor(currency: string) {
    this.currency = currency;
  }

  /** Equity once a second; none while a position has no mark. */
  sample(simulation: Simulation, atMicros: number, isLast = false): void {
    if (atMicros < this.#nextMicros && !isLast) return;
    this.#nextMicros = (Math.floor(atMicros / EQUITY_STEP_MICROS) + 1) * EQUITY_STEP_MICROS;
    const equity = simulation.desk.equityOf(this.currency, atMicros);
    if (equity !== undefined) this.equity.push({ atMicros, equity: moneyNumber(equity) });
  }
}

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

async function recordingsOf(
  definition: StrategyDefinition,
  files: readonly string[],
): Promise<readonly Recording[]> {
  for (const file of files) {
    await stat(file).catch((cause: unknown) => {
      throw new Fault('NOT_FOUND', { file, expected: 'a capture file' }, cause);
    });
  }
  const all = await openRecordings(files);
  const wanted = all.filter(({ exchange, symbol }) =>
    definition.markets.includes(`${exchange}|${symbol}`),
  );
  if (wanted.length > 0) return wanted;
  throw new Fault('ARGUMENT_INVALID', {
    argument: '--data',
    expected: `recordings of ${definition.markets.join(', ')}`,
    found: all.map(({ exchange, symbol }) => `${exchange}|${symbol}`).join(', '),
  });
}

/** One equity needs one currency. */
function currencyOf({ markets }: StrategyDefinition): string {
  const found = new Set(
    INSTRUMENTS.filter((each) => markets.includes(marketKey(each))).map(
      (each) => each.settlement_currency,
    ),
  );
  const [currency] = found;
  if (currency !== undefined && found.size === 1) return currency;
  throw new Fault('ARGUMENT_INVALID', {
    argument: 'STRATEGY',
    expected: 'markets that settle in one currency',
    found: [...found].join(', '),
  });
}

function configurationHash({ definition, limits, paper, fromMicros, toMicros }: BacktestOptions) {
  return hashText(plainText({ definition, limits, paper, fromMicros, toMicros }));
}

/** JSON with sorted keys: maps as objects, integers of any size as text. */
function plainText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    const fields = inner instanceof Map ? Object.fromEntries(inner as Map<string, unknown>) : inner;
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
    return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
