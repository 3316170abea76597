import type { OutgoingMessage } from '@tickmesh/bus';
import type { DataPlaneCheckpoint, Instrument, RawFrame } from '@tickmesh/contracts';
import { type MarketOutput, MarketPipeline, marketSpecOf } from '@tickmesh/domain-market';
import type { FrameRun } from './connector.ts';

/** Finds the rules of a market. @throws Fault INSTRUMENT_UNKNOWN */
export type FindInstrument = (symbol: string, exchange: string) => Instrument;

interface Market {
  readonly pipeline: MarketPipeline;
  readonly isHistorical: boolean;
  /** The run of a recording; a live market goes on through the connector's runs. */
  readonly runId: string;
}

/**
 * Recordings of one market that may be played at the same time, each with a state of its own; of more, the one that
 * was silent longest is forgotten.
 */
const RUNS_OF_A_MARKET_MAX = 3;

/** Everything that one partition of market_raw has become: its markets, and how far it has been applied. */
export class PartitionState {
  readonly partition: number;
  /** Next offset to apply. */
  position: bigint;
  /** Applied and not yet acknowledged: a batch that is tried again publishes these, and applies nothing twice. */
  unpublished: OutgoingMessage[] = [];
  /** Receive time of the last frame applied, microseconds. */
  receivedMicros = 0;
  checkpointedMicros = 0;
  readonly #findInstrument: FindInstrument;
  /** The runs of each market, the last played first. */
  readonly #markets = new Map<string, Market[]>();

  constructor(partition: number, position: bigint, findInstrument: FindInstrument) {
    this.partition = partition;
    this.position = position;
    this.#findInstrument = findInstrument;
  }

  get markets(): readonly Market[] {
    return [...this.#markets.values()].flat();
  }

  /**
   * Applies a frame; what follows from it.
   * @throws Fault INSTRUMENT_UNKNOWN, FRAME_UNREADABLE; nothing has changed then
   */
  apply(frame: RawFrame, run: FrameRun): readonly MarketOutput[] {
    const market = this.#marketOf(frame, run);
    const outputs = market.pipeline.onFrame(frame);
    this.receivedMicros = frame.received_at;
    return outputs;
  }

  checkpoint(): DataPlaneCheckpoint {
    return {
      partition: this.partition,
      position: Number(this.position),
      markets: this.markets.map(({ pipeline, runId, isHistorical }) => ({
        symbol: pipeline.market.symbol,
        exchange: pipeline.market.exchange,
        run_id: runId,
        historical: isHistorical,
        state: Buffer.from(pipeline.snapshot()),
      })),
      taken_at: this.receivedMicros,
    };
  }

  /** @throws Fault CHECKPOINT_CORRUPT */
  static restore(saved: DataPlaneCheckpoint, findInstrument: FindInstrument): PartitionState {
    const state = new PartitionState(saved.partition, BigInt(saved.position), findInstrument);
    state.receivedMicros = saved.taken_at;
    state.checkpointedMicros = saved.taken_at;
    for (const market of saved.markets) {
      const instrument = findInstrument(market.symbol, market.exchange);
      const pipeline = makePipeline(instrument, market.historical);
      pipeline.restore(market.state);
      const run = { pipeline, runId: market.run_id, isHistorical: market.historical };
      state.#markets.set(keyOf(market), [...state.#runsOf(market), run]);
    }
    return state;
  }

  #marketOf(frame: RawFrame, { runId, mode }: FrameRun): Market {
    const runs = this.#runsOf(frame);
    // Each run of a recording or a simulation starts its ids and times again; a live market goes on.
    const at = runs.findIndex((one) => (mode === 'live' ? !one.isHistorical : one.runId === runId));
    const known = runs[at];
    if (known !== undefined) {
      if (at > 0) runs.unshift(...runs.splice(at, 1));
      return known;
    }
    const instrument = this.#findInstrument(frame.symbol, frame.exchange);
    const market = {
      pipeline: makePipeline(instrument, frame.historical),
      isHistorical: frame.historical,
      runId,
    };
    runs.unshift(market);
    runs.splice(RUNS_OF_A_MARKET_MAX);
    this.#markets.set(keyOf(frame), runs);
    return market;
  }

  #runsOf(market: { readonly exchange: string; readonly symbol: string }): Market[] {
    return this.#markets.get(keyOf(market)) ?? [];
  }
}

function makePipeline(instrument: Instrument, isHistorical: boolean): MarketPipeline {
  const simulated = instrument.exchange === 'SIM';
  const source = isHistorical ? 'replay' : simulated ? 'synthetic' : 'venue_realtime';
  return new MarketPipeline(marketSpecOf(instrument), { source });
}

const keyOf = (market: { exchange: string; symbol: string }): string =>
  `${market.exchange}|${market.symbol}`;
