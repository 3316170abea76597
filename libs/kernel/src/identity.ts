/**
 * Derived ids: the same cause gives the same id, so that a redelivery or a replay cannot invent a
 * second one. UUID version 5 (RFC 9562 section 5.5), SHA-1 over namespace and name; SHA-1 is written
 * here because the kernel imports nothing, and serves identity, not secrecy.
 */
const NAMESPACE = Uint8Array.of(
  0x6b,
  0x1c,
  0x6f,
  0x4e,
  0x7a,
  0x2d,
  0x5c,
  0x31,
  0x9a,
  0x44,
  0x0e,
  0x5b,
  0x77,
  0x10,
  0x2f,
  0xd3,
);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A lower-case UUID of version 5 from the parts, joined by a byte that no part may hold. */
export function derivedUuid(...parts: readonly (string | number | bigint)[]): string {
  const name = new TextEncoder().encode(parts.join('\u0000'));
  const bytes = new Uint8Array(NAMESPACE.length + name.length);
  bytes.set(NAMESPACE);
  bytes.set(name, NAMESPACE.length);
  const hash = sha1(bytes);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += HEX[hash[i]!]!;
  }
  return text;
}

/** SHA-1 (FIPS 180-4). Returns 20 bytes. */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = padTo64(message);
  const view = new DataView(padded.buffer);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + 4 * i);
    for (let i = 16; i < 80; i++) {
      words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    }
    compress(state, words);
  }
  const hash = new Uint8Array(20);
  const out = new DataView(hash.buffer);
  for (let i = 0; i < 5; i++) out.setInt32(4 * i, state[i]!);
  return hash;
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a, b, c, d, e] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!];
  for (let i = 0; i < 80; i++) {
    const mixed =
      i < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : i < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + mixed + e + words[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
}

function padTo64(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(padded.length - 4, message.length << 3);
  return padded;
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
