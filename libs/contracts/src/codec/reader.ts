import { Fault } from '@tickmesh/kernel';
import { CACHED_TEXT_BYTES, findText, keepText, textAt } from './text-cache.ts';

/** 128 bits hold every decimal of 38 digits. */
const DECIMAL_BYTES_MAX = 16;
const DECIMAL_LIMIT = 10n ** 38n;
/** The high bits of four bytes, and of three: more bytes of a long follow those that carry it. */
const GO_ON = 0x80808080 | 0;
const GO_ON_THREE = 0x00808080;

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads Avro's binary form in place. No read goes past the end, no length is believed before it is
 * compared with the bytes that are left, and every refusal is a Fault MSG_UNREADABLE.
 */
export class AvroReader {
  #bytes: Uint8Array = EMPTY;
  /** Over the whole buffer that #bytes is part of: records of one batch share it. */
  #view: DataView = EMPTY_VIEW;
  #buffer: ArrayBufferLike = EMPTY.buffer;
  #base = 0;
  #position = 0;
  #end = 0;

  /** Starts on `bytes` at `offset`. */
  reset(bytes: Uint8Array, offset = 0): void {
    if (!(offset >= 0 && offset <= bytes.length)) throw truncated(offset, bytes.length);
    const { buffer } = bytes;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer);
    }
    this.#bytes = bytes;
    this.#base = bytes.byteOffset;
    this.#position = offset;
    this.#end = bytes.length;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  /** The value must end where the bytes end. */
  finish(): void {
    const rest = this.#end - this.#position;
    if (rest !== 0) throw unreadable('bytes left after the record', { trailingBytes: rest });
  }

  /** Steps over `bytes` bytes. */
  skip(bytes: number): void {
    if (bytes > this.#end - this.#position) throw truncated(this.#position + bytes, this.#end);
    this.#position += bytes;
  }

  boolean(): boolean {
    const byte = this.#byte();
    if (byte > 1) throw unreadable('a boolean is 0 or 1', { found: byte });
    return byte === 1;
  }

  /** The branch of ["null", T]: whether T follows. */
  present(): boolean {
    const at = this.#position;
    if (at >= this.#end) throw truncated(at + 1, this.#end);
    const byte = this.#bytes[at] as number;
    this.#position = at + 1;
    if (byte === 0) return false;
    if (byte === 2) return true;
    throw noSuchBranch(byte);
  }

  /** Index of an enum's symbol, below `symbols`. */
  index(symbols: number): number {
    const position = this.#position;
    const index = this.long();
    if (index >= 0 && index < symbols) return index;
    throw noSuchSymbol(index, symbols, position);
  }

  int(): number {
    const value = this.long();
    if (value !== (value | 0)) throw unreadable('an int has 32 bits', { found: value });
    return value;
  }

  /** A long that a double holds exactly; others are refused, never rounded. */
  long(): number {
    const at = this.#position;
    if (at >= this.#end) throw truncated(at + 1, this.#end);
    const byte = this.#bytes[at] as number;
    if (byte >= 0x80) return this.#longOfManyBytes();
    this.#position = at + 1;
    return (byte >>> 1) ^ -(byte & 1);
  }

  #longOfManyBytes(): number {
    const at = this.#position;
    if (this.#end - at < 8) return this.#longByteByByte();
    // A time has eight bytes: seven with the high bit, one without. They are read as two words.
    const low = this.#view.getInt32(this.#base + at, true);
    const high = this.#view.getInt32(this.#base + at + 4, true);
    if ((low & GO_ON) !== GO_ON || (high & GO_ON) !== GO_ON_THREE) return this.#longByteByByte();
    this.#position = at + 8;
    return unzigzag(groups(low), groups(high));
  }

  #longByteByByte(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#position;
    // The 28 low bits of the zigzag form, then what is above them.
    let low = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80 && shift < 28; shift += 7) {
      if (at >= end) throw truncated(at + 1, end);
      byte = bytes[at++] as number;
      low |= (byte & 0x7f) << shift;
    }
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (at >= end) throw truncated(at + 1, end);
      if (shift >= 28) throw unreadable('a long beyond 2^53', { position: this.#position });
      byte = bytes[at++] as number;
      high |= (byte & 0x7f) << shift;
    }
    this.#position = at;
    return unzigzag(low, high);
  }

  bigLong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value >> 64n !== 0n) break;
      return (value >> 1n) ^ -(value & 1n);
    }
    throw unreadable('a long has 64 bits', { position: this.#position });
  }

  double(): number {
    const at = this.#position;
    if (this.#end - at < 8) throw truncated(at + 8, this.#end);
    this.#position = at + 8;
    return this.#view.getFloat64(this.#base + at, true);
  }

  /** Text; bytes that are not UTF-8 are refused, not replaced. */
  string(): string {
    const length = this.#length();
    const start = this.#position;
    this.#position = start + length;
    if (length < CACHED_TEXT_BYTES.min || length > CACHED_TEXT_BYTES.max) {
      return decodeText(this.#bytes, start, length);
    }
    const slot = findText(this.#view, this.#base + start, length);
    if (slot >= 0) return textAt(slot);
    const made = decodeText(this.#bytes, start, length);
    keepText(~slot, length, made);
    return made;
  }

  /** A view of the record's bytes, not a copy: it lives as long as they do. */
  bytes(): Uint8Array {
    const length = this.#length();
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.subarray(start, this.#position);
  }

  /** The unscaled integer of a decimal: two's complement, big-endian. */
  decimal(): bigint {
    const length = this.#length();
    if (length === 0 || length > DECIMAL_BYTES_MAX) {
      throw unreadable('a decimal has 1 to 16 bytes', { found: length });
    }
    const bytes = this.#bytes;
    const start = this.#position;
    const end = start + length;
    this.#position = end;
    let head = ((bytes[start] as number) << 24) >> 24;
    if (length <= 6) {
      for (let at = start + 1; at < end; at += 1) head = head * 256 + (bytes[at] as number);
      return BigInt(head);
    }
    let value = BigInt(head);
    for (let at = start + 1; at < end; at += 1) value = (value << 8n) | BigInt(bytes[at] as number);
    if (value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT) {
      throw unreadable('a decimal has at most 38 digits', { found: value });
    }
    return value;
  }

  /**
   * Items in the next block of an array, 0 at its end.
   * @param itemBytesLeast the fewest bytes that one item takes, 1 or more
   */
  blockCount(itemBytesLeast: number): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      const size = this.long();
      if (size < 0 || size > this.remaining) throw truncated(this.#position + size, this.#end);
    }
    if (count * itemBytesLeast > this.remaining) {
      throw unreadable('an array longer than the bytes that are left', { items: count });
    }
    return count;
  }

  #byte(): number {
    if (this.#position >= this.#end) throw truncated(this.#position + 1, this.#end);
    return this.#bytes[this.#position++] as number;
  }

  /** A length, compared with what is left. */
  #length(): number {
    const length = this.long();
    if (length >= 0 && length <= this.#end - this.#position) return length;
    throw tooLong(length, this.#end - this.#position);
  }
}

/** The 28 bits in the four groups of seven that a word holds. */
function groups(word: number): number {
  return (
    (word & 0x7f) | ((word >>> 1) & 0x3f80) | ((word >>> 2) & 0x1fc000) | ((word >>> 3) & 0xfe00000)
  );
}

/** The zigzag form in two halves of 28 bits. */
function unzigzag(low: number, high: number): number {
  const half = (low >>> 1) + high * 0x8000000;
  const value = (low & 1) === 1 ? -half - 1 : half;
  if (!Number.isSafeInteger(value)) throw unreadable('a long beyond 2^53', { value });
  return value;
}

function decodeText(bytes: Uint8Array, start: number, length: number): string {
  if (length < 4) return decodeTiny(bytes, start, length);
  return decodeUtf8(bytes, start, length);
}

/** A decoder costs more than a few bytes of ASCII, such as the length of a bar, are worth. */
function decodeTiny(bytes: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let at = start; at < start + length; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return decodeUtf8(bytes, start, length);
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeUtf8(bytes: Uint8Array, start: number, length: number): string {
  try {
    return utf8.decode(bytes.subarray(start, start + length));
  } catch (error) {
    throw new Fault('MSG_UNREADABLE', { reason: 'a text is not UTF-8', position: start }, error);
  }
}

// Refusals stand outside of the methods that raise them: what is read often stays small enough to be inlined.

function noSuchBranch(found: number): Fault {
  return unreadable('a union of null and one type has branches 0 and 1', { found });
}

function noSuchSymbol(index: number, symbols: number, position: number): Fault {
  return unreadable('the schema has no such symbol', { index, symbols, position });
}

function tooLong(length: number, remainingBytes: number): Fault {
  return unreadable('a length beyond the bytes that are left', { length, remainingBytes });
}

function truncated(neededBytes: number, foundBytes: number): Fault {
  return unreadable('the bytes end too early', { neededBytes, foundBytes });
}

function unreadable(reason: string, facts: Record<string, unknown>): Fault {
  return new Fault('MSG_UNREADABLE', { reason, ...facts });
}
