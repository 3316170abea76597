import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Folder of the repository's own captures. */
export const CAPTURES = resolve(import.meta.dirname, '../../../tests/data/binance');

/** One line of a recorded capture: the receive time and the frame as it was received. */
export interface CaptureLine {
  readonly receivedNanos: bigint;
  readonly payload: Uint8Array;
}

const SPACE = 0x20;
const NEW_LINE = 0x0a;

/**
 * Reads a capture file: gzip, one message a line, the local receive time in nanoseconds, a space, the
 * frame.
 * @throws when the file is missing, or a line does not start with a whole number and a space
 */
export function readCapture(path: string): CaptureLine[] {
  const bytes = gunzipSync(readFileSync(path));
  const lines: CaptureLine[] = [];
  let at = 0;
  while (at < bytes.length) {
    const newLine = bytes.indexOf(NEW_LINE, at);
    const end = newLine < 0 ? bytes.length : newLine;
    const space = bytes.indexOf(SPACE, at);
    if (end > at) {
      lines.push({
        receivedNanos: BigInt(bytes.toString('latin1', at, space)),
        payload: bytes.subarray(space + 1, end),
      });
    }
    at = end + 1;
  }
  return lines;
}
