/**
 * Symbols, exchanges and the like repeat in every record, so texts of 4 to 16 bytes are looked up among those read
 * before instead of being made anew. They are compared as bytes, a word of four at a time: the words of one text may
 * overlap, and with its length they say all of it. One slot a hash; a newcomer takes the slot.
 */
export const CACHED_TEXT_BYTES = { min: 4, max: 16 } as const;

const SLOT_BITS = 11;
const SLOTS = 1 << SLOT_BITS;

const texts = new Array<string>(SLOTS).fill('');
const lengths = new Uint8Array(SLOTS);
/** Four of a slot. */
const words = new Int32Array(SLOTS << 2);

/**
 * Looks a text up by its bytes.
 * @param length within CACHED_TEXT_BYTES, and all of it within the view
 * @returns its slot, or the complement of the slot that is now kept for it
 */
export function findText(view: DataView, from: number, length: number): number {
  const to = from + length;
  const first = view.getInt32(from, true);
  const last = view.getInt32(to - 4, true);
  let second = first;
  let third = last;
  if (length > 8) {
    second = view.getInt32(from + 4, true);
    third = view.getInt32(to - 8, true);
  }
  // Any slot will do, as all words are compared. The factors are odd and mix their bits (xxHash).
  const mixed =
    first ^
    Math.imul(second, 0x85ebca6b) ^
    Math.imul(third + length, 0x27d4eb2f) ^
    Math.imul(last, 0x165667b1);
  const slot = Math.imul(mixed, 0x9e3779b1) >>> (32 - SLOT_BITS);
  const key = slot << 2;
  if (
    lengths[slot] === length &&
    words[key] === first &&
    words[key + 1] === second &&
    words[key + 2] === third &&
    words[key + 3] === last
  ) {
    return slot;
  }
  // Nothing has this length, so nothing is found here before a text is kept.
  lengths[slot] = 0;
  words[key] = first;
  words[key + 1] = second;
  words[key + 2] = third;
  words[key + 3] = last;
  return ~slot;
}

export const textAt = (slot: number): string => texts[slot] as string;

/** Keeps the text of the bytes that were just looked up. */
export function keepText(slot: number, length: number, text: string): void {
  texts[slot] = text;
  lengths[slot] = length;
}
