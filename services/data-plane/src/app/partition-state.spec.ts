import { describe, expect, it } from '@jest/globals';
import { INSTRUMENTS, InstrumentMaster, type RawFrame } from '@tickmesh/contracts';
import type { MarketOutput } from '@tickmesh/domain-market';
import type { FrameRun } from './connector.ts';
import { type FindInstrument, PartitionState } from './partition-state.ts';

const master = new InstrumentMaster(INSTRUMENTS);
const find: FindInstrument = (symbol, exchange) => master.resolve(symbol, exchange);
const START_MICROS = 1_767_600_000_000_000;

/** Quotes of the simulated exchange, four a second, whose prices tell the run. */
function quotes(runId: string, price: number, count: number): RawFrame[] {
  return Array.from({ length: count }, (_, index) => {
    const time = START_MICROS + index * 250_000;
    const bid = price + (index % 7) / 100;
    const payload = {
      ...{ type: 'quote', symbol: 'AAPL', time, sequence: index + 1 },
      ...{ bid: bid.toFixed(2), bid_size: String(100 + index), ask: (bid + 0.02).toFixed(2) },
      ask_size: '500',
    };
    return {
      exchange: 'SIM',
      symbol: 'AAPL',
      connection_id: runId,
      connection_sequence: index,
      kind: 'FRAME',
      stream: 'sim',
      received_at: time,
      received_at_ns: BigInt(time) * 1000n,
      venue_time: time,
      venue_sequence: null,
      time_shift_micros: 0,
      historical: true,
      payload: Buffer.from(JSON.stringify(payload)),
    };
  });
}

const replay = (runId: string): FrameRun => ({ runId, mode: 'replay' });

function alone(runId: string, frames: readonly RawFrame[]): MarketOutput[] {
  const state = new PartitionState(0, 0n, find);
  return frames.flatMap((frame) => state.apply(frame, replay(runId)));
}

describe('Two recordings of one market that are played at the same time', () => {
  const first = quotes('first', 100, 60);
  const second = quotes('second', 200, 60);

  it('do not disturb each other, and a restart between their frames changes nothing', () => {
    let state = new PartitionState(0, 0n, find);
    const found: Record<string, MarketOutput[]> = { first: [], second: [] };
    for (let index = 0; index < first.length; index++) {
      for (const [runId, frames] of [
        ['first', first],
        ['second', second],
      ] as const) {
        found[runId]?.push(...state.apply(frames[index]!, replay(runId)));
        if (index % 20 === 7) state = PartitionState.restore(state.checkpoint(), find);
      }
    }
    expect(found['first']).toEqual(alone('first', first));
    expect(found['second']).toEqual(alone('second', second));
  });

  it('are kept as long as they are few: the memory of a market is bounded', () => {
    const state = new PartitionState(0, 0n, find);
    for (let run = 0; run < 20; run++) state.apply(first[0]!, replay(`run-${run}`));
    expect(state.markets.map(({ runId }) => runId)).toEqual(['run-19', 'run-18', 'run-17']);
  });
});

describe('A live market', () => {
  it('goes on through the runs of its connector, apart from recordings of it', () => {
    const state = new PartitionState(0, 0n, find);
    const [frame] = quotes('live', 100, 1);
    const live = { ...frame!, historical: false };
    state.apply(live, { runId: 'one', mode: 'live' });
    state.apply(frame!, replay('recording'));
    state.apply(live, { runId: 'two', mode: 'live' });
    expect(state.markets.map(({ runId }) => runId)).toEqual(['one', 'recording']);
  });
});
