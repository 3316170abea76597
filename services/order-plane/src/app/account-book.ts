/**
 * An account as a decision sees it: read once under the account's lock, then kept up to date in memory while the
 * intents of one batch are decided one after the other. Pure: a back-test keeps one of these and nothing else.
 */
import type { Instrument } from '@tickmesh/contracts';
import {
  AMOUNT_SCALE,
  FLAT,
  type Position,
  contractValue,
  unrealized,
} from '@tickmesh/domain-ledger';
import {
  type AccountEquity,
  type KillSwitch,
  type LimitsVersion,
  MONEY_SCALE,
  type MarketExposure,
  type OpenOrder,
  type OrderRequest,
  type RecentChange,
  type RecentOrder,
  type RiskContext,
  effectiveLimits,
  notionalOf,
  referenceMid,
} from '@tickmesh/domain-risk';
import { divideHalfEven } from '@tickmesh/kernel';
import { instrumentRulesOf } from './intent-order.ts';
import type { Markets } from './ports.ts';

export interface HeldPosition {
  readonly symbol: string;
  readonly exchange: string;
  readonly position: Position;
}

/** Equity at the start of the day, and at its highest. MONEY_SCALE. */
export interface EquityMarks {
  readonly day: string;
  readonly dayStart: bigint;
  readonly peak: bigint;
}

export interface AccountState {
  readonly account: string;
  readonly openOrders: OpenOrder[];
  readonly recentOrders: RecentOrder[];
  /** Cancels and replaces, where a replace is decided on. */
  readonly recentChanges: RecentChange[];
  readonly positions: readonly HeldPosition[];
  /** ORDER_SCALE, by currency. */
  readonly fees: ReadonlyMap<string, bigint>;
  readonly killSwitches: readonly KillSwitch[];
  readonly equityMarks: Map<string, EquityMarks>;
}

const ROUND_TO_MONEY = 10n ** BigInt(AMOUNT_SCALE - MONEY_SCALE);
const FEE_TO_AMOUNT = 10n ** BigInt(AMOUNT_SCALE - 9);

export class AccountBook {
  readonly state: AccountState;
  readonly #markets: Markets;
  readonly #limits: LimitsVersion | undefined;

  constructor(state: AccountState, markets: Markets, limits: LimitsVersion | undefined) {
    this.state = state;
    this.#markets = markets;
    this.#limits = limits;
  }

  /** Everything that the checks look at. `replaces` is left out of the open orders. */
  contextFor(request: OrderRequest, nowMicros: number, replaces?: string): RiskContext {
    const { symbol, exchange, account, strategyId } = request;
    const instrument = this.#markets.instrument(symbol, exchange);
    const market = `${exchange}|${symbol}`;
    const limits = this.#limits && effectiveLimits(this.#limits, { strategyId, account, market });
    const currency = instrument?.settlement_currency;
    return {
      nowMicros,
      instrument: instrument && instrumentRulesOf(instrument, nowMicros),
      reference: this.#markets.reference(symbol, exchange),
      limits,
      position: this.#positionOf(symbol, exchange).quantity,
      openOrders:
        replaces === undefined
          ? this.state.openOrders
          : this.state.openOrders.filter((order) => order.intentId !== replaces),
      otherExposures: this.#exposures(request, nowMicros),
      recentOrders: this.state.recentOrders,
      recentChanges: this.state.recentChanges,
      equity: currency === undefined ? undefined : this.#equity(currency, nowMicros),
      killSwitches: this.state.killSwitches,
    };
  }

  /** An approved order counts from now on: the next decision sees it. */
  reserve(request: OrderRequest, nowMicros: number): void {
    this.state.openOrders.push({
      intentId: request.intentId,
      strategyId: request.strategyId,
      symbol: request.symbol,
      exchange: request.exchange,
      side: request.side,
      leavesQuantity: request.quantity,
      limitPrice: request.limitPrice,
      unresolved: false,
    });
    this.remember(request, nowMicros);
  }

  /** Denied orders count for rates and repetitions too. */
  remember(request: OrderRequest, nowMicros: number): void {
    const { intentId, strategyId, symbol, exchange, side, quantity, limitPrice } = request;
    this.state.recentOrders.push({
      intentId,
      strategyId,
      symbol,
      exchange,
      side,
      quantity,
      limitPrice,
      atMicros: nowMicros,
    });
  }

  /** Marked equity in a currency, MONEY_SCALE; undefined while a position has no mark. */
  equityOf(currency: string): bigint | undefined {
    const opening = this.#limits?.accounts.get(this.state.account)?.cash.get(currency) ?? 0n;
    let amount = opening * ROUND_TO_MONEY;
    for (const held of this.state.positions) {
      const instrument = this.#markets.instrument(held.symbol, held.exchange);
      if (instrument?.settlement_currency !== currency) continue;
      const value = this.#markedValue(held, instrument);
      if (value === undefined) return undefined;
      amount += value;
    }
    amount -= (this.state.fees.get(currency) ?? 0n) * FEE_TO_AMOUNT;
    return divideHalfEven(amount, ROUND_TO_MONEY);
  }

  #equity(currency: string, nowMicros: number): AccountEquity {
    const equity = this.equityOf(currency);
    const day = new Date(nowMicros / 1_000).toISOString().slice(0, 10);
    const held = this.state.equityMarks.get(currency);
    if (equity !== undefined) {
      this.state.equityMarks.set(currency, {
        day,
        dayStart: held?.day === day ? held.dayStart : equity,
        peak: held === undefined || equity > held.peak ? equity : held.peak,
      });
    }
    const marks = this.state.equityMarks.get(currency);
    return { equity, dayStartEquity: marks?.dayStart ?? 0n, peakEquity: marks?.peak ?? 0n };
  }

  /** Realized and unrealized, AMOUNT_SCALE. A flat position needs no mark. */
  #markedValue(
    { symbol, exchange, position }: HeldPosition,
    instrument: Instrument,
  ): bigint | undefined {
    if (position.quantity === 0n) return position.realized;
    const mark = referenceMid(this.#markets.reference(symbol, exchange));
    return mark === undefined
      ? undefined
      : position.realized + unrealized(position, instrument, mark);
  }

  #positionOf(symbol: string, exchange: string): Position {
    const held = this.state.positions.find(
      (other) => other.symbol === symbol && other.exchange === exchange,
    );
    return held?.position ?? FLAT;
  }

  /** Every market that has a position or open orders. */
  exposures(nowMicros: number): MarketExposure[] {
    return this.#exposures(undefined, nowMicros);
  }

  /** Signed, ORDER_SCALE. */
  positionUnits(symbol: string, exchange: string): bigint {
    return this.#positionOf(symbol, exchange).quantity;
  }

  /** The larger of what would be held if all open buys, or all open sells, were filled. ORDER_SCALE. */
  worstUnits(symbol: string, exchange: string): bigint {
    const { quantity } = this.#positionOf(symbol, exchange);
    const open = { BUY: 0n, SELL: 0n };
    for (const order of this.state.openOrders) {
      if (order.symbol !== symbol || order.exchange !== exchange) continue;
      open[order.side] += order.leavesQuantity;
    }
    const [long, short] = [magnitude(quantity + open.BUY), magnitude(quantity - open.SELL)];
    return long > short ? long : short;
  }

  /** Of the markets but this one that have a position or open orders. */
  #exposures(
    besides: { readonly symbol: string; readonly exchange: string } | undefined,
    nowMicros: number,
  ): MarketExposure[] {
    const keys = new Map<string, { symbol: string; exchange: string }>();
    for (const held of [...this.state.positions, ...this.state.openOrders]) {
      if (held.symbol === besides?.symbol && held.exchange === besides.exchange) continue;
      keys.set(`${held.exchange}|${held.symbol}`, held);
    }
    return [...keys.values()].flatMap(({ symbol, exchange }) => {
      const instrument = this.#markets.instrument(symbol, exchange);
      return instrument === undefined ? [] : [this.#exposure(instrument, nowMicros)];
    });
  }

  /** At the mark; without one at cost, the last that is known of its value. */
  #exposure(instrument: Instrument, nowMicros: number): MarketExposure {
    const { symbol, exchange } = instrument;
    const rules = instrumentRulesOf(instrument, nowMicros);
    const position = this.#positionOf(symbol, exchange);
    const mark = referenceMid(this.#markets.reference(symbol, exchange));
    const orders = this.state.openOrders.filter(
      (order) => order.symbol === symbol && order.exchange === exchange,
    );
    const open = { BUY: 0n, SELL: 0n };
    let orderPrice = 0n;
    for (const order of orders) {
      open[order.side] += order.leavesQuantity;
      if ((order.limitPrice ?? 0n) > orderPrice) orderPrice = order.limitPrice ?? 0n;
    }
    const price = mark ?? orderPrice;
    const size = (quantity: bigint): bigint =>
      price > 0n ? notionalOf(rules, quantity, price) : magnitude(position.cost) / ROUND_TO_MONEY;
    const [long, short] = [position.quantity + open.BUY, position.quantity - open.SELL];
    const net = size(position.quantity);
    return {
      symbol,
      exchange,
      currency: instrument.settlement_currency,
      net: position.quantity < 0n ? -net : net,
      worstGross: size(magnitude(long) > magnitude(short) ? long : short),
    };
  }
}

/** Value of a quantity at a price, MONEY_SCALE, signed. */
export function markedMoney(instrument: Instrument, quantity: bigint, price: bigint): bigint {
  return divideHalfEven(contractValue(instrument, quantity, price), ROUND_TO_MONEY);
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
