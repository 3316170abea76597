/** Recorded captures as raw frames with the times that they were recorded with: the same messages in every run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { OutgoingMessage } from '@tickmesh/bus';
import type { RawFrame } from '@tickmesh/contracts';
import { REPOSITORY_ROOT } from '@tickmesh/local';

const CAPTURES = join(REPOSITORY_ROOT, 'tests', 'data', 'binance');
/** Recorded bytes begin with the name of their stream; a snapshot has none. */
const STREAM = /^\{"stream":"([^"]+)"/;

export interface Recorded {
  readonly receivedAtNanos: bigint;
  readonly payload: Buffer;
}

/** The lines of captures, one file after the other; the first `max` of them. */
export function recordedLines(files: readonly string[], max = Infinity): Recorded[] {
  const lines = files.flatMap((file) =>
    gunzipSync(readFileSync(join(CAPTURES, file)))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  return lines.slice(0, max).map((line) => {
    const space = line.indexOf(' ');
    return {
      receivedAtNanos: BigInt(line.slice(0, space)),
      payload: Buffer.from(line.slice(space + 1), 'utf8'),
    };
  });
}

/** Frames of a run of its own, as the replay connector would publish them without moving their times. */
export function rawFrames(
  market: { readonly exchange: string; readonly symbol: string; readonly runId: string },
  lines: readonly Recorded[],
): OutgoingMessage<'market_raw'>[] {
  const { exchange, symbol, runId } = market;
  const headers = (sequence: number) =>
    ({ event_id: `${runId}/${String(sequence)}`, run_id: runId, mode: 'replay' }) as const;
  const frame = (
    kind: RawFrame['kind'],
    sequence: number,
    { receivedAtNanos, payload }: Recorded,
  ): OutgoingMessage<'market_raw'> => ({
    topic: 'market_raw',
    value: {
      exchange,
      symbol,
      connection_id: runId,
      connection_sequence: sequence,
      kind,
      stream: STREAM.exec(payload.subarray(0, 64).toString('latin1'))?.[1] ?? null,
      received_at: Number(receivedAtNanos / 1000n),
      received_at_ns: receivedAtNanos,
      venue_time: null,
      venue_sequence: null,
      time_shift_micros: 0,
      historical: true,
      payload,
    },
    headers: headers(sequence),
  });
  const frames = lines.map((line, index) =>
    frame(STREAM.test(line.payload.toString('latin1')) ? 'FRAME' : 'SNAPSHOT', index + 1, line),
  );
  const [first] = lines;
  if (first === undefined) return [];
  return [frame('CONNECTED', 0, { ...first, payload: Buffer.alloc(0) }), ...frames];
}

/** A marker that lets time go on, so that every window and bar closes. */
export function silence(
  last: OutgoingMessage<'market_raw'>,
  micros: number,
): OutgoingMessage<'market_raw'> {
  const { value, headers } = last;
  const received = value.received_at_ns + BigInt(micros) * 1000n;
  return {
    topic: 'market_raw',
    value: {
      ...value,
      kind: 'HEARTBEAT',
      stream: null,
      connection_sequence: value.connection_sequence + 1,
      received_at: Number(received / 1000n),
      received_at_ns: received,
      payload: Buffer.alloc(0),
    },
    headers: { ...headers, event_id: `${headers.event_id}+silence` },
  };
}
