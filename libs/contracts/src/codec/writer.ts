import { Fault } from '@tickmesh/kernel';

/** Records are written one behind the other into slabs of this size, as Node's own pool does it. */
const SLAB_BYTES = 16 * 1024;
const VARINT_BYTES_MAX = 10;
/** Below this a loop over the characters beats the call into the encoder. */
const SHORT_TEXT_MAX = 64;
const DECIMAL_LIMIT = 10n ** 38n;
const INT64_LIMIT = 2n ** 63n;

const scratch = new Float64Array(1);
const scratchBytes = new Uint8Array(scratch.buffer);
const utf8 = new TextEncoder();
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Writes Avro's binary form into a buffer that grows. A value of the wrong type is refused with its
 * field (Fault MSG_RULE_BROKEN), since a wrong value on the wire cannot be taken back.
 */
export class AvroWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** Where the record being written starts; what lies before it has been taken. */
  #start = 0;
  #position = 0;

  /** Forgets what was written since the last take. */
  reset(): void {
    this.#position = this.#start;
  }

  get length(): number {
    return this.#position - this.#start;
  }

  /** Hands over what was written; the writer starts behind it and does not touch it again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return taken;
  }

  /** A copy of what was written; the writer keeps it. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  /** What was written, in place: valid until the next write or reset. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#position);
  }

  /** Confluent's frame: a zero byte and the schema's id, big-endian. The body follows. */
  frame(schemaId: number): void {
    this.#room(5);
    const bytes = this.#bytes;
    const at = this.#position;
    bytes[at] = 0;
    bytes[at + 1] = schemaId >>> 24;
    bytes[at + 2] = schemaId >>> 16;
    bytes[at + 3] = schemaId >>> 8;
    bytes[at + 4] = schemaId;
    this.#position = at + 5;
  }

  boolean(value: boolean, field: string): void {
    if (typeof value !== 'boolean') throw wrongType('boolean', value, field);
    this.#room(1);
    this.#bytes[this.#position++] = value ? 1 : 0;
  }

  /** A union's branch, a symbol's index or the end of an array: 0 to 63. */
  index(index: number): void {
    this.#room(1);
    this.#bytes[this.#position++] = index << 1;
  }

  int(value: number, field: string): void {
    if (value !== (value | 0)) throw wrongType('int of 32 bits', value, field);
    this.long(value, field);
  }

  long(value: number, field: string): void {
    if (!Number.isSafeInteger(value)) throw wrongType('integer below 2^53', value, field);
    this.#room(VARINT_BYTES_MAX);
    const bytes = this.#bytes;
    let at = this.#position;
    const half = value < 0 ? -value - 1 : value;
    // The zigzag form in two halves: its 28 low bits, and what is above them (at most 26 bits).
    let low = ((half & 0x7ffffff) << 1) | (value < 0 ? 1 : 0);
    let high = half < 0x8000000 ? 0 : Math.floor(half / 0x8000000);
    if (high !== 0) {
      bytes[at] = low | 0x80;
      bytes[at + 1] = (low >>> 7) | 0x80;
      bytes[at + 2] = (low >>> 14) | 0x80;
      bytes[at + 3] = (low >>> 21) | 0x80;
      at += 4;
      low = high;
      high = 0;
    }
    while (low >= 0x80) {
      bytes[at++] = low | 0x80;
      low >>>= 7;
    }
    bytes[at++] = low;
    this.#position = at;
  }

  bigLong(value: bigint, field: string): void {
    if (typeof value !== 'bigint' || value >= INT64_LIMIT || value < -INT64_LIMIT) {
      throw wrongType('bigint of 64 bits', value, field);
    }
    this.#room(VARINT_BYTES_MAX);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest >= 0x80n) {
      this.#bytes[this.#position++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#position++] = Number(rest);
  }

  double(value: number, field: string): void {
    if (typeof value !== 'number') throw wrongType('number', value, field);
    this.#room(8);
    const bytes = this.#bytes;
    const at = this.#position;
    scratch[0] = value;
    bytes[at] = scratchBytes[0] as number;
    bytes[at + 1] = scratchBytes[1] as number;
    bytes[at + 2] = scratchBytes[2] as number;
    bytes[at + 3] = scratchBytes[3] as number;
    bytes[at + 4] = scratchBytes[4] as number;
    bytes[at + 5] = scratchBytes[5] as number;
    bytes[at + 6] = scratchBytes[6] as number;
    bytes[at + 7] = scratchBytes[7] as number;
    this.#position = at + 8;
  }

  string(value: string, field: string): void {
    if (typeof value !== 'string') throw wrongType('text', value, field);
    const length = value.length;
    if (length > SHORT_TEXT_MAX) {
      this.#encodedText(value, field);
      return;
    }
    this.#room(length + 2);
    const bytes = this.#bytes;
    const start = this.#position;
    // Lengths up to 63 take one byte; 64 takes two.
    let at = start;
    if (length < 64) bytes[at++] = length << 1;
    else {
      bytes[at++] = 0x80;
      bytes[at++] = 1;
    }
    let seen = 0;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      seen |= code;
      bytes[at++] = code;
    }
    if (seen >= 0x80) this.#encodedText(value, field);
    else this.#position = at;
  }

  bytes(value: Uint8Array, field: string): void {
    if (!(value instanceof Uint8Array)) throw wrongType('bytes', value, field);
    this.long(value.length, field);
    this.#room(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  /** A decimal's unscaled integer in the fewest bytes of two's complement. */
  decimal(value: bigint, field: string): void {
    if (typeof value !== 'bigint') throw wrongType('bigint of scaled units', value, field);
    if (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT) {
      throw wrongType('decimal of 38 digits', value, field);
    }
    this.#room(VARINT_BYTES_MAX + 16);
    let length = 1;
    for (let limit = 0x80n; value >= limit || value < -limit; limit <<= 8n) length += 1;
    this.#bytes[this.#position++] = length << 1;
    let rest = value;
    for (let at = this.#position + length - 1; at >= this.#position; at -= 1) {
      this.#bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    this.#position += length;
  }

  #encodedText(value: string, field: string): void {
    // A lone surrogate has no UTF-8 form; the encoder would write a replacement character.
    if (LONE_SURROGATE.test(value)) throw wrongType('well-formed text', value, field);
    const encoded = utf8.encode(value);
    this.long(encoded.length, field);
    this.#room(encoded.length);
    this.#bytes.set(encoded, this.#position);
    this.#position += encoded.length;
  }

  #room(bytes: number): void {
    if (this.#bytes.length - this.#position < bytes) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const length = this.#position - this.#start;
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (length + bytes)));
    this.#bytes.copy(slab, 0, this.#start, this.#position);
    this.#bytes = slab;
    this.#start = 0;
    this.#position = length;
  }
}

export function requireRecord(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) throw wrongType('record', value, field);
}

export function requireArray(value: unknown, field: string): void {
  if (!Array.isArray(value)) throw wrongType('array', value, field);
}

export function notASymbol(symbols: readonly string[], value: unknown, field: string): Fault {
  return wrongType(`one of ${symbols.join(' ')}`, value, field);
}

function wrongType(rule: string, value: unknown, field: string): Fault {
  return new Fault('MSG_RULE_BROKEN', { field, rule, value });
}
