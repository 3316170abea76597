import { Fault } from '@tickmesh/kernel';
import type { StateReader, StateWriter } from './state-bytes.ts';
import type { TradeFrame } from './venue-frames.ts';

/** What a bar is made of; prices and volume are whole units of the market's digits. */
export interface ClosedBar {
  readonly duration: string;
  readonly startMicros: number;
  /** End of the interval, which the bar does not hold. */
  readonly endMicros: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly tradeCount: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  /** 0, and one more for each late trade since the bar was published. */
  readonly revision: number;
}

const DAY_MICROS = 86_400_000_000;
const DURATIONS: Readonly<Record<string, number>> = {
  '1s': 1_000_000,
  '10s': 10_000_000,
  '1m': 60_000_000,
  '5m': 300_000_000,
  '15m': 900_000_000,
  '30m': 1_800_000_000,
  '1h': 3_600_000_000,
  '4h': 14_400_000_000,
  '1d': DAY_MICROS,
};

export interface TradeBarsOptions {
  /** Durations as the contract names them: 1s 10s 1m 5m 15m 30m 1h 4h 1d. */
  readonly durations: readonly string[];
  /** How far the watermark stays behind the latest venue time. */
  readonly latenessMicros: number;
  /** Closed bars of each duration that a late trade can still revise. */
  readonly revisableMax: number;
}

/**
 * Time bars of [start, start + width) by the venue's trade time, UTC. Trades count in the order of
 * (trade time, trade id), whatever the order they come in: open and close are the first and last in
 * that order. A bar is published once, when the watermark passes its end; a later trade publishes it
 * again, one revision up. An interval without trades has no bar. A trade older than every bar that is
 * kept is not applied, and counted.
 */
export class TradeBars {
  /** Trades that came after their bar could be revised. */
  tooLate = 0;
  readonly #series: readonly BarSeries[];
  readonly #latenessMicros: number;
  #watermarkMicros = -Infinity;

  /** @throws Fault ARGUMENT_INVALID for a duration that the contract does not name */
  constructor(options: TradeBarsOptions) {
    this.#latenessMicros = options.latenessMicros;
    this.#series = options.durations.map((duration) => {
      const widthMicros = DURATIONS[duration];
      if (widthMicros === undefined) {
        throw new Fault('ARGUMENT_INVALID', { expected: Object.keys(DURATIONS), duration });
      }
      return new BarSeries(duration, widthMicros, options.revisableMax);
    });
  }

  /** Adds a trade that no id check has refused; a revision of a published bar goes to `closed`. */
  add(trade: TradeFrame, closed: ClosedBar[]): void {
    let applied = true;
    for (const series of this.#series) {
      if (!series.add(trade, this.#watermarkMicros, closed)) applied = false;
    }
    if (!applied) this.tooLate += 1;
  }

  /** Lets venue time pass: bars that ended before `venueMicros` less the lateness are published. */
  advance(venueMicros: number, closed: ClosedBar[]): void {
    const watermark = venueMicros - this.#latenessMicros;
    if (watermark <= this.#watermarkMicros) return;
    this.#watermarkMicros = watermark;
    for (const series of this.#series) series.closeUntil(watermark, closed);
  }

  save(out: StateWriter): void {
    out.number(this.tooLate);
    out.number(this.#watermarkMicros);
    for (const series of this.#series) series.save(out);
  }

  load(from: StateReader): void {
    this.tooLate = from.number();
    this.#watermarkMicros = from.number();
    for (const series of this.#series) series.load(from);
  }
}

/** The open and the revisable bars of one duration. */
class BarSeries {
  readonly #duration: string;
  readonly #widthMicros: number;
  readonly #revisableMax: number;
  /** Ascending by start; the first `#closedCount` are published. */
  #bars: BarState[] = [];
  #closedCount = 0;
  /** Ends of bars that were given up: nothing before can be revised. */
  #forgottenMicros = -Infinity;

  constructor(duration: string, widthMicros: number, revisableMax: number) {
    this.#duration = duration;
    this.#widthMicros = widthMicros;
    this.#revisableMax = revisableMax;
  }

  add(trade: TradeFrame, watermarkMicros: number, closed: ClosedBar[]): boolean {
    const start = Math.floor(trade.tradeMicros / this.#widthMicros) * this.#widthMicros;
    if (start < this.#forgottenMicros) return false;
    const isClosed = start + this.#widthMicros <= watermarkMicros;
    let index = this.#bars.length - 1;
    while (index >= 0 && this.#bars[index]!.startMicros > start) index -= 1;
    const found = this.#bars[index];
    if (found?.startMicros === start) {
      addTrade(found, trade);
      if (isClosed) {
        found.revision += 1;
        closed.push(this.#closedBar(found));
      }
      return true;
    }
    const bar = firstTrade(start, trade);
    this.#bars.splice(index + 1, 0, bar);
    if (isClosed) {
      this.#closedCount += 1;
      closed.push(this.#closedBar(bar));
      this.#forgetOld();
    }
    return true;
  }

  closeUntil(watermarkMicros: number, closed: ClosedBar[]): void {
    while (this.#closedCount < this.#bars.length) {
      const bar = this.#bars[this.#closedCount]!;
      if (bar.startMicros + this.#widthMicros > watermarkMicros) break;
      this.#closedCount += 1;
      closed.push(this.#closedBar(bar));
    }
    this.#forgetOld();
  }

  #forgetOld(): void {
    if (this.#closedCount <= this.#revisableMax) return;
    const surplus = this.#closedCount - this.#revisableMax;
    for (const forgotten of this.#bars.splice(0, surplus)) {
      this.#forgottenMicros = forgotten.startMicros + this.#widthMicros;
    }
    this.#closedCount -= surplus;
  }

  #closedBar(bar: BarState): ClosedBar {
    return {
      duration: this.#duration,
      startMicros: bar.startMicros,
      endMicros: bar.startMicros + this.#widthMicros,
      open: bar.open,
      high: bar.high,
      low: bar.low,
      close: bar.close,
      volume: bar.volume,
      tradeCount: bar.tradeCount,
      firstTradeId: bar.firstTradeId,
      lastTradeId: bar.lastTradeId,
      revision: bar.revision,
    };
  }

  save(out: StateWriter): void {
    out.number(this.#closedCount);
    out.number(this.#forgottenMicros);
    out.list(this.#bars, (bar) => {
      for (const field of BAR_FIELDS) out.number(bar[field]);
    });
  }

  load(from: StateReader): void {
    this.#closedCount = from.number();
    this.#forgottenMicros = from.number();
    this.#bars = from.list(() => {
      const bar = emptyBar();
      for (const field of BAR_FIELDS) bar[field] = from.number();
      return bar;
    });
  }
}

interface BarState {
  startMicros: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  tradeCount: number;
  firstMicros: number;
  firstTradeId: number;
  lastMicros: number;
  lastTradeId: number;
  revision: number;
}

const emptyBar = (): BarState => ({
  startMicros: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  tradeCount: 0,
  firstMicros: 0,
  firstTradeId: 0,
  lastMicros: 0,
  lastTradeId: 0,
  revision: 0,
});

const BAR_FIELDS = Object.keys(emptyBar()) as readonly (keyof BarState)[];

function firstTrade(startMicros: number, trade: TradeFrame): BarState {
  return {
    startMicros,
    open: trade.price,
    high: trade.price,
    low: trade.price,
    close: trade.price,
    volume: trade.size,
    tradeCount: 1,
    firstMicros: trade.tradeMicros,
    firstTradeId: trade.tradeId,
    lastMicros: trade.tradeMicros,
    lastTradeId: trade.tradeId,
    revision: 0,
  };
}

function addTrade(bar: BarState, trade: TradeFrame): void {
  const { tradeMicros, tradeId, price } = trade;
  if (price > bar.high) bar.high = price;
  if (price < bar.low) bar.low = price;
  bar.volume += trade.size;
  bar.tradeCount += 1;
  if (isBefore(tradeMicros, tradeId, bar.firstMicros, bar.firstTradeId)) {
    bar.open = price;
    bar.firstMicros = tradeMicros;
    bar.firstTradeId = tradeId;
  }
  if (isBefore(bar.lastMicros, bar.lastTradeId, tradeMicros, tradeId)) {
    bar.close = price;
    bar.lastMicros = tradeMicros;
    bar.lastTradeId = tradeId;
  }
}

const isBefore = (micros: number, id: number, otherMicros: number, otherId: number): boolean =>
  micros < otherMicros || (micros === otherMicros && id < otherId);
