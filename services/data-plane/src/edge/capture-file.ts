import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault } from '@tickmesh/kernel';
import type { RecordedFrame, Recording } from '../app/replay-connector.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const STREAM_FIELD = Buffer.from('"stream":"');
const PREVIOUS_UPDATE_FIELD = Buffer.from('"pu":');
/** Lines that a recording is told by: its market must show within them. */
const PEEK_LINES_MAX = 2000;
/** A venue frame is at most some hundred kilobytes; beyond this the file is no recording. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Recordings of capture files, one a market: files of the same market are one recording in the order given. A line is
 * the receive time in nanoseconds, a space, and the frame as received; `.gz` files are unpacked.
 * @throws Fault NOT_FOUND for a file that is not there, FRAME_UNREADABLE for one that is no recording
 */
export async function openRecordings(files: readonly string[]): Promise<readonly Recording[]> {
  const markets = new Map<string, { exchange: string; symbol: string; files: string[] }>();
  for (const file of files) {
    const market = await marketOf(file);
    const key = `${market.exchange}|${market.symbol}`;
    const entry = markets.get(key) ?? { ...market, files: [] };
    entry.files.push(file);
    markets.set(key, entry);
  }
  return [...markets.values()].map((market) => ({
    name: market.files.join(', '),
    exchange: market.exchange,
    symbol: market.symbol,
    frames: () => framesOf(market.files),
  }));
}

/** The market of a capture: its stream names the symbol, a chain of previous ids marks the perpetual. */
async function marketOf(file: string): Promise<{ exchange: string; symbol: string }> {
  await access(file).catch((cause: unknown) => {
    throw new Fault('NOT_FOUND', { file, expected: 'a capture file' }, cause);
  });
  let symbol: string | null = null;
  let lines = 0;
  for await (const block of linesOf(file)) {
    for (const line of block) {
      const frame = readLine(line, file, ++lines);
      symbol ??= frame.stream?.split('@', 1)[0]?.toUpperCase() ?? null;
      if (frame.stream?.includes('@depth') === true && symbol !== null) {
        const perpetual = line.includes(PREVIOUS_UPDATE_FIELD);
        return { exchange: perpetual ? 'BINANCE_USDM' : 'BINANCE', symbol };
      }
    }
    if (lines > PEEK_LINES_MAX) break;
  }
  throw new Fault('FRAME_UNREADABLE', {
    file,
    expected: `a depth frame that names its stream within ${PEEK_LINES_MAX} lines`,
  });
}

async function* framesOf(files: readonly string[]): AsyncGenerator<readonly RecordedFrame[]> {
  for (const file of files) {
    let lines = 0;
    for await (const block of linesOf(file)) {
      yield block.map((line) => readLine(line, file, ++lines));
    }
  }
}

/** The lines of a file, a block at a time; each is a view of its own memory. */
async function* linesOf(file: string): AsyncGenerator<readonly Buffer[]> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const bytes = file.endsWith('.gz')
    ? pipeline(source, createGunzip({ chunkSize: 256 * 1024 }), () => undefined)
    : source;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const text: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, from)) {
      if (end > from) lines.push(text.subarray(from, end));
      from = end + 1;
    }
    rest = text.subarray(from);
    if (rest.length > LINE_BYTES_MAX) {
      throw new Fault('FRAME_UNREADABLE', {
        file,
        expected: `lines up to ${LINE_BYTES_MAX} bytes`,
      });
    }
    yield lines;
  }
  if (rest.length > 0) yield [rest];
}

function readLine(line: Buffer, file: string, number: number): RecordedFrame {
  const space = line.indexOf(SPACE);
  const time = space > 0 ? line.toString('latin1', 0, space) : '';
  if (!/^\d{19}$/.test(time)) {
    throw new Fault('FRAME_UNREADABLE', {
      file,
      line: number,
      expected: 'a receive time of 19 digits, a space and a frame',
    });
  }
  const payload = line.subarray(space + 1);
  return { receivedAtNanos: BigInt(time), payload, stream: streamOf(payload) };
}

/** A light look at the bytes: the name of the stream stands near the start of a combined frame. */
function streamOf(payload: Buffer): string | null {
  const at = payload.subarray(0, 64).indexOf(STREAM_FIELD);
  if (at < 0) return null;
  const from = at + STREAM_FIELD.length;
  const end = payload.indexOf(0x22, from);
  return end < 0 ? null : payload.toString('latin1', from, end);
}
