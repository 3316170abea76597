import { Fault } from '@tickmesh/kernel';
import { INSTRUMENTS } from './gen/instruments.ts';
import type { Instrument } from './gen/types.ts';

/** Looks markets up by (symbol, exchange). Read-only: a change of the master is a new one. */
export class InstrumentMaster {
  readonly #bySymbol = new Map<string, Instrument[]>();

  /** @param instruments each market once */
  constructor(instruments: Iterable<Instrument> = INSTRUMENTS) {
    for (const instrument of instruments) {
      const listed = this.#bySymbol.get(instrument.symbol) ?? [];
      if (listed.some((other) => other.exchange === instrument.exchange)) {
        throw new Fault('ARGUMENT_INVALID', {
          reason: 'the market is listed twice',
          symbol: instrument.symbol,
          exchange: instrument.exchange,
        });
      }
      this.#bySymbol.set(instrument.symbol, [...listed, instrument]);
    }
  }

  /**
   * The market of a symbol; without an exchange, the only one that the symbol trades on.
   * @throws Fault INSTRUMENT_UNKNOWN, INSTRUMENT_AMBIGUOUS
   */
  resolve(symbol: string, exchange?: string | null): Instrument {
    const listed = this.#bySymbol.get(symbol) ?? [];
    const fitting =
      exchange === undefined || exchange === null
        ? listed
        : listed.filter((instrument) => instrument.exchange === exchange);
    const [only, another] = fitting;
    if (only === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { symbol, exchange });
    if (another !== undefined) {
      const exchanges = fitting.map((instrument) => instrument.exchange);
      throw new Fault('INSTRUMENT_AMBIGUOUS', { symbol, exchanges });
    }
    return only;
  }

  /** The market, or undefined: for those who decide themselves what that means. */
  find(symbol: string, exchange: string): Instrument | undefined {
    return this.#bySymbol.get(symbol)?.find((instrument) => instrument.exchange === exchange);
  }

  /** All markets, by symbol in the order of their declaration. */
  all(): readonly Instrument[] {
    return [...this.#bySymbol.values()].flat();
  }
}
