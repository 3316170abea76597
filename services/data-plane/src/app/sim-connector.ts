import { SimMarket, SIM_SHARES } from '@tickmesh/domain-market';
import { Fault, seededRandom } from '@tickmesh/kernel';
import {
  type Connector,
  type ConnectorClock,
  ConnectionFrames,
  type FrameSink,
} from './connector.ts';

export interface SimOptions {
  /** Of the simulated shares; all when empty. */
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  readonly seed: number;
}

/** Simulated shares on the exchange SIM: the same seed gives the same prices, at the times of this run. */
export class SimConnector implements Connector {
  readonly name = 'sim';
  readonly #market: SimMarket;
  readonly #options: SimOptions;
  readonly #clock: ConnectorClock;

  /** @throws Fault INSTRUMENT_UNKNOWN for a symbol that is not simulated */
  constructor(options: SimOptions, clock: ConnectorClock) {
    const known = SIM_SHARES.map((share) => share.symbol);
    for (const symbol of options.symbols) {
      if (!known.includes(symbol)) {
        throw new Fault('INSTRUMENT_UNKNOWN', { symbol, expected: known.join(' ') });
      }
    }
    const wanted = (symbol: string): boolean =>
      options.symbols.length === 0 || options.symbols.includes(symbol);
    const shares = SIM_SHARES.filter(({ symbol }) => wanted(symbol));
    this.#market = new SimMarket(seededRandom(options.seed), { shares });
    this.#options = options;
    this.#clock = clock;
  }

  async run(sink: FrameSink, signal: AbortSignal): Promise<void> {
    const startMicros = this.#clock.nowMicros();
    const runId = `sim-${this.#options.seed}-${startMicros}`;
    const run = { runId, mode: 'paper' as const };
    const numbered = new ConnectionFrames(runId, 'SIM');
    for (let step = 1; !signal.aborted; step++) {
      const received = this.#clock.nowNanos();
      const frames = this.#market.step(Number(received / 1000n)).map((frame) =>
        numbered.make('FRAME', {
          symbol: frame.symbol,
          stream: 'sim',
          received_at_ns: received,
          venue_time: frame.venueMicros,
          payload: Buffer.from(frame.payload),
        }),
      );
      await sink.publish(frames, run);
      const dueMicros = startMicros + step * this.#options.intervalMs * 1000;
      await this.#clock.sleep(Math.max(0, (dueMicros - this.#clock.nowMicros()) / 1000), signal);
    }
  }
}
