/** Confluent's frame: a zero byte, the schema id as 32 bits big-endian, the body. */
import { Fault } from '@tickmesh/kernel';

export const FRAME_BYTES = 5;
const MAGIC = 0;

/** Writes the id into a frame that was made before it was known. */
export function stamp(frame: Buffer, schemaId: number): void {
  frame.writeUInt32BE(schemaId, 1);
}

/** A value that starts with a frame. */
export interface Frame {
  readonly id: number;
  /** The value, frame included. */
  readonly bytes: Buffer;
}

/** @throws Fault MSG_NOT_FRAMED */
export function frameOf(value: Buffer | null): Frame {
  if (value === null) throw new Fault('MSG_NOT_FRAMED', { reason: 'the record has no value' });
  if (value.length < FRAME_BYTES) {
    throw new Fault('MSG_NOT_FRAMED', { expectedBytes: FRAME_BYTES, foundBytes: value.length });
  }
  if (value[0] !== MAGIC) {
    throw new Fault('MSG_NOT_FRAMED', { expectedMagic: MAGIC, foundMagic: value[0] });
  }
  return { id: value.readUInt32BE(1), bytes: value };
}
