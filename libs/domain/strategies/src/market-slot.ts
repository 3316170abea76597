import type { Instrument } from '@tickmesh/contracts';
import type { BookOfOrders } from './book-of-orders.ts';
import {
  type Json,
  type MarketKey,
  type MarketView,
  type Quote,
  type StrategyContext,
  type WorkingOrder,
  marketKey,
} from './strategy.ts';

/** The one view of a market that the strategy is shown, kept up to date: nothing is made for an event. */
export class MarketSlot implements StrategyContext {
  readonly market: MarketKey;
  readonly instrument: Instrument;
  readonly #runner: RunnerParts;
  state: Json;
  lastPrice: number | null = null;
  quote: Quote | null = null;

  constructor(runner: RunnerParts, instrument: Instrument, state: Json) {
    this.market = marketKey(instrument);
    this.instrument = instrument;
    this.#runner = runner;
    this.state = state;
  }

  get nowMicros(): number {
    return this.#runner.nowMicros;
  }

  get markets(): readonly MarketView[] {
    return this.#runner.slots;
  }

  get position(): bigint {
    return this.#runner.orders.position(this.market);
  }

  get working(): bigint {
    return this.#runner.orders.working(this.market);
  }

  get orders(): readonly WorkingOrder[] {
    return this.#runner.orders.workingOrders(this.market);
  }
}

/** What the views read. */
export interface RunnerParts {
  nowMicros: number;
  orders: BookOfOrders;
  readonly slots: MarketSlot[];
}
