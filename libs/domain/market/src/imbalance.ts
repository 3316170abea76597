import type { Book } from './book.ts';
import { type ClosedWindow, OfiWindows } from './ofi-windows.ts';
import { OrderFlow } from './order-flow.ts';
import type { Outbox } from './outbox.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** The order-flow imbalance of one source: its flow, its windows, and their publication. */
export class Imbalance {
  readonly levels: number;
  readonly #flow: OrderFlow;
  readonly #windows: OfiWindows;
  readonly #outbox: Outbox;
  /** Filled and emptied within one call; kept to spare allocations. */
  readonly #closed: ClosedWindow[] = [];

  constructor(levels: number, windows: readonly string[], lookback: number, outbox: Outbox) {
    this.levels = levels;
    this.#flow = new OrderFlow(levels);
    this.#windows = new OfiWindows(windows, lookback);
    this.#outbox = outbox;
  }

  onQuote(bid: number, bidSize: number, ask: number, askSize: number, nowMicros: number): void {
    if (this.#flow.onQuote(bid, bidSize, ask, askSize)) this.#add(nowMicros);
  }

  onBook(book: Book, nowMicros: number): void {
    if (this.#flow.onBook(book)) this.#add(nowMicros);
  }

  /** Closes and publishes the windows that have ended by the receive clock. */
  advance(nowMicros: number): void {
    this.#windows.advance(nowMicros, this.#closed);
    if (this.#closed.length > 0) this.#publish();
  }

  /** The next state has no flow: what came before it is not known. */
  reset(): void {
    this.#flow.reset();
  }

  /** Windows that hold this moment are degraded. */
  markBad(nowMicros: number): void {
    this.#windows.markBad(nowMicros);
  }

  #add(nowMicros: number): void {
    const { imbalance, depth, depthLevels } = this.#flow;
    this.#windows.add(imbalance, depth, depthLevels, nowMicros, this.#closed);
    if (this.#closed.length > 0) this.#publish();
  }

  #publish(): void {
    const { lookback } = this.#windows;
    for (const window of this.#closed) this.#outbox.window(window, this.levels, lookback);
    this.#closed.length = 0;
  }

  save(out: StateWriter): void {
    this.#flow.save(out);
    this.#windows.save(out);
  }

  load(from: StateReader): void {
    this.#flow.load(from);
    this.#windows.load(from);
  }
}
