/**
 * A light look at the bytes of a venue frame, without parsing it: what a connector must know to number frames
 * and to ask for snapshots. Fields that are not found are null; the data plane reads the frame properly.
 */
export interface FrameGlance {
  /** `btcusdt@depth@100ms` of a combined frame. */
  readonly stream: string | null;
  /** Event time, microseconds. */
  readonly venueTimeMicros: number | null;
  /** First and last update id of a depth frame, and the last id of the one before it (perpetuals). */
  readonly firstUpdateId: number | null;
  readonly lastUpdateId: number | null;
  readonly previousUpdateId: number | null;
}

const FIELDS = {
  eventTime: Buffer.from('"E":'),
  first: Buffer.from('"U":'),
  last: Buffer.from('"u":'),
  previous: Buffer.from('"pu":'),
  snapshot: Buffer.from('"lastUpdateId":'),
  stream: Buffer.from('"stream":"'),
};
/** Levels follow; ids and times stand before them. */
const GLANCE_BYTES = 256;

export function glance(payload: Buffer): FrameGlance {
  const head = payload.subarray(0, GLANCE_BYTES);
  const eventTimeMs = numberAfter(head, FIELDS.eventTime);
  return {
    stream: textAfter(head, FIELDS.stream),
    venueTimeMicros: eventTimeMs === null ? null : eventTimeMs * 1000,
    firstUpdateId: numberAfter(head, FIELDS.first),
    lastUpdateId: numberAfter(head, FIELDS.last) ?? numberAfter(head, FIELDS.snapshot),
    previousUpdateId: numberAfter(head, FIELDS.previous),
  };
}

function numberAfter(bytes: Buffer, field: Buffer): number | null {
  const at = bytes.indexOf(field);
  if (at < 0) return null;
  let value = 0;
  let digits = 0;
  for (let i = at + field.length; i < bytes.length; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) return digits > 0 && digits < 16 ? value : null;
    value = value * 10 + digit;
    digits++;
  }
  return null;
}

function textAfter(bytes: Buffer, field: Buffer): string | null {
  const at = bytes.indexOf(field);
  if (at < 0) return null;
  const from = at + field.length;
  const end = bytes.indexOf(0x22, from);
  return end < 0 ? null : bytes.toString('latin1', from, end);
}
