import { describe, expect, it } from '@jest/globals';
import type { RawFrame } from '@tickmesh/contracts';
import type { ConnectorClock, FrameRun } from './connector.ts';
import { type RecordedFrame, type Recording, ReplayConnector } from './replay-connector.ts';

const START_NANOS = 1_723_161_255_000_000_000n;
const NOW_MICROS = 1_800_000_000_000_000;

/** A frame every millisecond. */
function recordingOf(frames: number): Recording {
  const lines: RecordedFrame[] = Array.from({ length: frames }, (_, index) => ({
    receivedAtNanos: START_NANOS + BigInt(index) * 1_000_000n + 123n,
    payload: Buffer.from(`{"n":${index}}`),
    stream: index === 3 ? null : 'btcusdt@trade',
  }));
  return {
    name: 'sample',
    exchange: 'BINANCE',
    symbol: 'BTCUSDT',
    async *frames() {
      for (let from = 0; from < lines.length; from += 7)
        yield await Promise.resolve(lines.slice(from, from + 7));
    },
  };
}

/** A clock that only waiting moves. */
function waitingClock(): ConnectorClock & { waitedMs: number } {
  const clock = {
    waitedMs: 0,
    nowMicros: () => NOW_MICROS + clock.waitedMs * 1000,
    nowNanos: () => BigInt(NOW_MICROS) * 1000n,
    sleep: (delayMs: number) => {
      clock.waitedMs += delayMs;
      return Promise.resolve();
    },
  };
  return clock;
}

async function play(
  frames: number,
  options: ConstructorParameters<typeof ReplayConnector>[1],
  rounds = 1,
): Promise<{ frames: RawFrame[]; runs: FrameRun[]; waitedMs: number }> {
  const clock = waitingClock();
  const published: RawFrame[] = [];
  const runs: FrameRun[] = [];
  const ending = new AbortController();
  const publish = (more: readonly RawFrame[], run: FrameRun): Promise<void> => {
    published.push(...more);
    runs.push(run);
    if (published.filter((frame) => frame.kind === 'DISCONNECTED').length === rounds)
      ending.abort();
    return Promise.resolve();
  };
  await new ReplayConnector(recordingOf(frames), options, clock).run({ publish }, ending.signal);
  return { frames: published, runs, waitedMs: clock.waitedMs };
}

describe('a replay', () => {
  it('keeps bytes, and moves times to now beside them', async () => {
    const { frames } = await play(20, { speed: Infinity, loop: false, shiftToNow: true });
    const data = frames.filter((frame) => frame.kind === 'FRAME' || frame.kind === 'SNAPSHOT');
    expect(data.map((frame) => Buffer.from(frame.payload).toString())).toEqual(
      Array.from({ length: 20 }, (_, index) => `{"n":${index}}`),
    );
    expect(data[0]?.received_at).toBe(NOW_MICROS);
    expect(data[0]?.received_at_ns).toBe(BigInt(NOW_MICROS) * 1000n + 123n);
    expect(data[0]?.time_shift_micros).toBe(NOW_MICROS - Number(START_NANOS / 1000n));
    expect(data.every((frame) => frame.historical)).toBe(true);
    expect(data[3]?.kind).toBe('SNAPSHOT');
  });

  it('keeps times as recorded when asked to', async () => {
    const { frames } = await play(5, { speed: Infinity, loop: false, shiftToNow: false });
    expect(frames[1]?.received_at_ns).toBe(START_NANOS + 123n);
    expect(frames[1]?.time_shift_micros).toBe(0);
  });

  it('takes its own time at speed 1, half of it at speed 2, none at full speed', async () => {
    const one = await play(200, { speed: 1, loop: false, shiftToNow: true });
    const two = await play(200, { speed: 2, loop: false, shiftToNow: true });
    const full = await play(200, { speed: Infinity, loop: false, shiftToNow: true });
    expect(Math.abs(one.waitedMs - 199)).toBeLessThanOrEqual(3);
    expect(Math.abs(two.waitedMs - 99.5)).toBeLessThanOrEqual(3);
    expect(full.waitedMs).toBe(0);
  });

  it('makes every round a run and a connection of its own', async () => {
    const { frames, runs } = await play(10, { speed: 1, loop: true, shiftToNow: true }, 3);
    expect(new Set(runs.map((run) => run.runId)).size).toBe(3);
    expect(new Set(frames.map((frame) => frame.connection_id)).size).toBe(3);
    expect(frames.filter((frame) => frame.kind === 'CONNECTED')).toHaveLength(3);
    expect(runs.every((run) => run.mode === 'replay')).toBe(true);
  });
});
