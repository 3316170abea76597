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
  readonly #markets = new Map<string, Market>();

  constructor(partition: number, position: bigint, findInstrument: FindInstrument) {
    this.partition = partition;
    this.position = position;
    this.#findInstrument = findInstrument;
  }

  get markets(): ReadonlyMap<string, Market> {
    return this.#markets;
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
      markets: [...this.#markets.values()].map(({ pipeline, runId, isHistorical }) => ({
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
      state.#markets.set(keyOf(market), {
        pipeline,
        runId: market.run_id,
        isHistorical: market.historical,
      });
    }
    return state;
  }

  #marketOf(frame: RawFrame, { runId, mode }: FrameRun): Market {
    const key = keyOf(frame);
    const known = this.#markets.get(key);
    // Each run of a recording or a simulation starts its ids and times again; a live market goes on.
    if (known !== undefined && (mode === 'live' || known.runId === runId)) return known;
    const instrument = this.#findInstrument(frame.symbol, frame.exchange);
    const market = {
      pipeline: makePipeline(instrument, frame.historical),
      isHistorical: frame.historical,
      runId,
    };
    this.#markets.set(key, market);
    return market;
  }
}

function makePipeline(instrument: Instrument, isHistorical: boolean): MarketPipeline {
  const simulated = instrument.exchange === 'SIM';
  const source = isHistorical ? 'replay' : simulated ? 'synthetic' : 'venue_realtime';
  return new MarketPipeline(marketSpecOf(instrument), { source });
}

const keyOf = (market: { exchange: string; symbol: string }): string =>
  `${market.exchange}|${market.symbol}`;
