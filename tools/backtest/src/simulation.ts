/**
 * A strategy over recorded frames in one process, with the classes that run live: market pipeline, strategy runner,
 * order decisions with their risk checks, paper venue, ledger.
 *
 * Time is the receive time of the frames and never goes back. What is known at a time is applied in the order (time,
 * source rank, position): market events of that time first, then OFI, then reports. A strategy that decides at a time
 * has seen nothing later: an event counts when its frame was received, a bar when it was closed, not when it began;
 * an order reaches the venue after the latency, and meets the market as it is then.
 */
import type { ExecutionReport, Instrument, OrderIntent } from '@tickmesh/contracts';
import { InstrumentMaster } from '@tickmesh/contracts';
import { type MarketFrame, MarketPipeline, marketSpecOf } from '@tickmesh/domain-market';
import {
  type StrategyDefinition,
  type StrategyInput,
  StrategyRunner,
  marketKey,
} from '@tickmesh/domain-strategies';
import { Fault, assert } from '@tickmesh/kernel';
import { type DeskParts, PaperDesk } from './paper-desk.ts';

/** Told of what happens, for reports and tests. */
export interface SimulationProbe {
  /** Every input of the strategy, in order. */
  consumed?(input: StrategyInput, atMicros: number): void;
  intended?(intent: OrderIntent, atMicros: number): void;
  reported?(report: ExecutionReport, atMicros: number): void;
  /** Before the first event of a time. */
  passed?(atMicros: number): void;
}

export interface SimulationParts extends Pick<
  DeskParts,
  'limits' | 'paper' | 'onFill' | 'onDenied'
> {
  readonly definition: StrategyDefinition;
  readonly instruments: readonly Instrument[];
  /** First part of every id. */
  readonly runId: string;
  /** The strategy sees events from here on; frames before it bring the books in step. */
  readonly fromMicros: number;
  readonly probe: SimulationProbe;
}

/** Rank of a topic among events of one time. */
const RANKS = { market_events: 0, ofi_events: 1 } as const;

type MarketInput = Extract<StrategyInput, { topic: 'market_events' | 'ofi_events' }> & {
  readonly cause: FrameCause;
};

/** Identity of an event, made only when something follows from it. */
class FrameCause {
  readonly runId: string;
  /** `exchange|symbol`. */
  readonly market: string;
  readonly #frame: number;
  readonly #index: number;

  constructor(runId: string, market: string, frame: number, index: number) {
    this.runId = runId;
    this.market = market;
    this.#frame = frame;
    this.#index = index;
  }

  get eventId(): string {
    return `${this.runId}/market_raw/${this.market}/${this.#frame}#${this.#index}`;
  }
}

export class Simulation {
  readonly #parts: SimulationParts;
  readonly #pipelines = new Map<string, MarketPipeline>();
  readonly #desk: PaperDesk;
  #runner: StrategyRunner;
  /** Events of one time, in the order in which they came. */
  #pending: MarketInput[] = [];
  #pendingFrames = 0;
  #nowMicros = 0;
  #frames = 0;
  #events = 0;
  #unreadable = 0;

  /** @throws Fault INSTRUMENT_UNKNOWN for a market that the master does not know */
  constructor(parts: SimulationParts) {
    const { definition, instruments } = parts;
    this.#parts = parts;
    this.#runner = new StrategyRunner(definition, instruments);
    this.#desk = new PaperDesk({
      account: definition.account,
      master: new InstrumentMaster(instruments),
      limits: parts.limits,
      paper: parts.paper,
      onFill: parts.onFill,
      onDenied: parts.onDenied,
    });
    for (const market of definition.markets) {
      const instrument = instruments.find((each) => marketKey(each) === market);
      if (instrument === undefined) throw new Fault('INSTRUMENT_UNKNOWN', { market });
      const pipeline = new MarketPipeline(marketSpecOf(instrument), { source: 'replay' });
      this.#pipelines.set(market, pipeline);
    }
  }

  get desk(): PaperDesk {
    return this.#desk;
  }

  get nowMicros(): number {
    return this.#nowMicros;
  }

  get counts(): { readonly frames: number; readonly events: number; readonly unreadable: number } {
    return { frames: this.#frames, events: this.#events, unreadable: this.#unreadable };
  }

  /**
   * Takes the next frame; frames come by receive time.
   * @param position number of the frame in its market's recording
   */
  onFrame(market: string, frame: MarketFrame, position: number): void {
    const pipeline = this.#pipelines.get(market);
    assert(pipeline !== undefined, 'Only markets of the strategy are played');
    const atMicros = Math.max(this.#nowMicros, frame.received_at);
    if (atMicros > this.#nowMicros) {
      this.#flush();
      this.#nowMicros = atMicros;
    }
    this.#frames++;
    this.#pendingFrames++;
    try {
      let index = 0;
      for (const output of pipeline.onFrame(frame)) {
        const at = index;
        if (output.kind === 'market_event') {
          const cause = new FrameCause(this.#parts.runId, market, position, at);
          this.#pending.push({ topic: 'market_events', event: output.record, cause });
        } else if (output.kind === 'ofi_event') {
          const cause = new FrameCause(this.#parts.runId, market, position, at);
          this.#pending.push({ topic: 'ofi_events', event: output.record, cause });
        } else if (output.kind !== 'ticker' && output.kind !== 'order_book') continue;
        index++;
      }
    } catch (thrown) {
      // Live, such a frame is in the dead-letter queue, and the next one is not affected.
      if (!(thrown instanceof Fault) || thrown.code !== 'FRAME_UNREADABLE') throw thrown;
      this.#unreadable++;
    }
  }

  /** Applies what is left, and lets the orders on their way arrive. */
  finish(): void {
    this.#flush();
    this.#hearReports(this.#nowMicros);
  }

  /** Takes the strategy down and puts it up again from its snapshot, as a restart does. */
  restartStrategy(): void {
    const { definition, instruments } = this.#parts;
    const saved = this.#runner.snapshot();
    this.#runner = new StrategyRunner(definition, instruments);
    this.#runner.restore(saved);
  }

  #flush(): void {
    const now = this.#nowMicros;
    if (this.#frames === 0) return;
    const pending = this.#pending;
    // What happened before this time was heard before it.
    this.#hearReports(now - 1);
    this.#parts.probe.passed?.(now);
    if (pending.length > 0) {
      if (this.#pendingFrames > 1 || hasMixedRanks(pending)) pending.sort(byRank);
      for (const input of pending) this.#deliver(input);
      this.#pending = [];
    }
    this.#pendingFrames = 0;
    this.#hearReports(now);
  }

  #deliver(input: MarketInput): void {
    this.#events++;
    const now = this.#nowMicros;
    assert(input.event.received_at <= now, 'Nothing is known before it was received');
    if (input.topic === 'market_events') this.#desk.show(input.cause.market, input.event, now);
    if (now >= this.#parts.fromMicros) this.#apply(input, now);
  }

  #hearReports(untilMicros: number): void {
    for (;;) {
      const heard = this.#desk.advance(untilMicros);
      if (heard === undefined) return;
      const { atMicros, report, eventId, runId } = heard;
      this.#parts.probe.reported?.(report, atMicros);
      this.#apply({ topic: 'exec_reports', event: report, cause: { eventId, runId } }, atMicros);
    }
  }

  #apply(input: StrategyInput, nowMicros: number): void {
    this.#parts.probe.consumed?.(input, nowMicros);
    const intents = this.#runner.apply(input);
    for (const [index, intent] of intents.entries()) {
      this.#parts.probe.intended?.(intent, nowMicros);
      const { eventId, runId } = input.cause;
      const headers = {
        event_id: `${eventId}/${this.#parts.definition.id}#${index}`,
        causation_id: eventId,
        run_id: runId,
        mode: 'replay' as const,
      };
      this.#desk.take(intent, headers, nowMicros);
    }
  }
}

/** Stable, so that within a rank the order of arrival stands. */
const byRank = (a: MarketInput, b: MarketInput): number => RANKS[a.topic] - RANKS[b.topic];

function hasMixedRanks(inputs: readonly MarketInput[]): boolean {
  const first = inputs[0]?.topic;
  return inputs.some(({ topic }) => topic !== first);
}
