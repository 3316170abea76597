import { afterEach, describe, expect, it } from '@jest/globals';
import type { RawFrame } from '@tickmesh/contracts';
import { seededRandom } from '@tickmesh/kernel';
import { systemClock } from '../edge/system-clock.ts';
import { venueAccess } from '../edge/venue-access.ts';
import { type SnapshotAnswer, type Step, VenueServer } from '../testing/venue-server.ts';
import { BinanceConnector, type BinanceOptions } from './binance-connector.ts';

const depth = (first: number, last: number): Buffer =>
  Buffer.from(
    `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255000,"s":"BTCUSDT","U":${first},"u":${last},"b":[],"a":[]}}`,
  );
const trade = (id: number): Buffer =>
  Buffer.from(
    `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255001,"s":"BTCUSDT","t":${id},"p":"60000.00","q":"0.1","T":1723161255000,"m":true}}`,
  );
const snapshot = (id: number): SnapshotAnswer => ({
  body: Buffer.from(`{"lastUpdateId":${id},"bids":[],"asks":[]}`),
});
const send = (payload: Buffer): Step => ({ send: payload });

describe('the live connector of Binance', () => {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
  });

  /** Runs the connector against a scripted venue until what it published satisfies the test. */
  async function play(
    scripts: readonly (readonly Step[])[],
    answers: readonly SnapshotAnswer[],
    until: (frames: readonly RawFrame[]) => boolean,
    options: Partial<BinanceOptions> = {},
  ): Promise<{ frames: RawFrame[]; server: VenueServer }> {
    const server = new VenueServer(scripts, answers);
    open.push(server);
    const urls = await server.start();
    const connector = new BinanceConnector(
      {
        exchange: 'BINANCE',
        symbols: ['BTCUSDT'],
        snapshotLevels: 5000,
        silenceMs: 5000,
        snapshotIntervalMs: 1,
        ...urls,
        ...options,
      },
      {
        venue: venueAccess(systemClock),
        clock: systemClock,
        random: seededRandom(1),
        probe: {
          disconnected: () => undefined,
          fellSilent: () => undefined,
          snapshotFailed: () => undefined,
          paced: () => undefined,
        },
      },
    );
    const frames: RawFrame[] = [];
    const ending = new AbortController();
    const publish = (more: readonly RawFrame[]): Promise<void> => {
      frames.push(...more);
      if (until(frames)) ending.abort();
      return Promise.resolve();
    };
    await connector.run({ publish }, ending.signal);
    return { frames, server };
  }

  const kinds = (frames: readonly RawFrame[]): string[] =>
    frames.map((frame) => frame.kind).filter((kind) => kind !== 'HEARTBEAT');
  const count = (frames: readonly RawFrame[], kind: string): number =>
    frames.filter((frame) => frame.kind === kind).length;

  it('publishes bytes as received, numbered, with both clocks, and a snapshot once a depth frame is there', async () => {
    const { frames, server } = await play(
      [[send(trade(1)), send(depth(100, 105)), { untilSnapshots: 1 }, send(trade(2))]],
      [snapshot(103)],
      (seen) => count(seen, 'SNAPSHOT') === 1 && count(seen, 'FRAME') === 3,
    );
    expect(kinds(frames)).toEqual(
      expect.arrayContaining(['CONNECTED', 'FRAME', 'FRAME', 'SNAPSHOT', 'FRAME', 'DISCONNECTED']),
    );
    const first = frames.find((frame) => frame.kind === 'FRAME');
    expect(Buffer.from(first?.payload ?? '').equals(trade(1))).toBe(true);
    expect(first?.venue_time).toBe(1_723_161_255_001_000);
    expect(first?.received_at_ns).toBeGreaterThan(1_700_000_000_000_000_000n);
    expect(frames.map((frame) => frame.connection_sequence)).toEqual(
      frames.map((_, index) => index),
    );
    expect(server.requests).toEqual(['/api/v3/depth?symbol=BTCUSDT&limit=5000']);
  });

  it('asks again when the snapshot is older than the first frame that was kept', async () => {
    const { frames, server } = await play(
      [[send(depth(100, 105)), send(depth(106, 110))]],
      [snapshot(90), snapshot(95), snapshot(108)],
      (seen) => count(seen, 'SNAPSHOT') === 3,
    );
    expect(server.requests).toHaveLength(3);
    expect(
      frames.filter((frame) => frame.kind === 'SNAPSHOT').map((frame) => frame.venue_sequence),
    ).toEqual([90, 95, 108]);
  });

  it('asks for a snapshot after a gap', async () => {
    const { server } = await play(
      [
        [
          send(depth(100, 105)),
          { untilSnapshots: 1 },
          send(depth(106, 110)),
          send(depth(120, 125)),
        ],
      ],
      [snapshot(103), snapshot(122)],
      (seen) => count(seen, 'SNAPSHOT') === 2,
    );
    expect(server.requests).toHaveLength(2);
  });

  it('opens a new connection, with a name of its own, when the venue closes one', async () => {
    const { frames, server } = await play(
      [[send(trade(1)), { close: true }], [send(trade(2))]],
      [snapshot(1)],
      (seen) => count(seen, 'FRAME') === 2,
    );
    expect(server.connections).toBe(2);
    expect(kinds(frames)).toEqual([
      'CONNECTED',
      'FRAME',
      'DISCONNECTED',
      'CONNECTED',
      'FRAME',
      'DISCONNECTED',
    ]);
    expect(new Set(frames.map((frame) => frame.connection_id)).size).toBe(2);
  });

  it('leaves a connection that has gone silent', async () => {
    const { server } = await play(
      [[send(trade(1)), { silentMs: 60_000 }], [send(trade(2))]],
      [snapshot(1)],
      (seen) => count(seen, 'FRAME') === 2,
      { silenceMs: 500 },
    );
    expect(server.connections).toBe(2);
  });

  it('stays away from the snapshot for as long as the venue says', async () => {
    const { frames, server } = await play(
      [[send(depth(100, 105))]],
      [{ status: 429, retryAfterSeconds: 1 }, snapshot(103)],
      (seen) => count(seen, 'SNAPSHOT') === 1,
    );
    expect(server.requests).toHaveLength(2);
    const between = frames.find((frame) => frame.kind === 'SNAPSHOT')?.received_at ?? 0;
    expect(between - (frames[0]?.received_at ?? 0)).toBeGreaterThanOrEqual(1_000_000);
  });

  it('chains the frames of perpetuals by the id before them', async () => {
    const usdm = (first: number, last: number, previous: number): Buffer =>
      Buffer.from(
        depth(first, last).toString().replace(`"u":${last}`, `"u":${last},"pu":${previous}`),
      );
    const { server } = await play(
      [
        [
          send(usdm(100, 105, 90)),
          { untilSnapshots: 1 },
          send(usdm(109, 112, 105)),
          send(usdm(120, 121, 115)),
        ],
      ],
      [snapshot(103), snapshot(120)],
      (seen) => count(seen, 'SNAPSHOT') === 2,
      { exchange: 'BINANCE_USDM' },
    );
    expect(server.requests).toEqual([
      '/fapi/v1/depth?symbol=BTCUSDT&limit=5000',
      '/fapi/v1/depth?symbol=BTCUSDT&limit=5000',
    ]);
  });
});
