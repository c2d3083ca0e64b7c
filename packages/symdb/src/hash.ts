/**
 * Hashing for tables in memory, 32 bits, begun with a random seed of the process. It is never stored: what is, is in
 * content-hash.ts. Source of the multipliers: the xxHash family's 32-bit primes.
 */
const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;

/** Takes one more word in. */
export function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, prime1);
  return mixed ^ (mixed >>> 15);
}

/** Spreads the last words over all bits; slots are taken from the low ones. */
export function finishHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), prime2);
  const more = Math.imul(mixed ^ (mixed >>> 13), prime3);
  return more ^ (more >>> 16);
}

/**
 * The hash of bytes [start, start + length) of a view: two lanes, each of every other word; the last words overlap.
 * Each word is followed by a product with a factor that only the process knows: without that, a change in a word's top
 * bit could be undone by the next word whatever the seed, and strings of one hash made at will.
 */
export function hashBytes(view: DataView, start: number, length: number, seed: number): number {
  const secret = Math.imul(seed ^ prime2, prime3) | 1;
  let even = seed ^ length;
  let odd = secret;
  const end = start + length;
  if (length >= 4) {
    let at = start;
    for (; at + 8 <= end; at += 8) {
      even = Math.imul(even ^ view.getInt32(at, true), prime1);
      odd = Math.imul(odd ^ view.getInt32(at + 4, true), prime2);
      even = Math.imul(even ^ (even >>> 15), secret);
      odd = Math.imul(odd ^ (odd >>> 13), secret);
    }
    if (at + 4 <= end) even = mixWord(even, view.getInt32(at, true));
    odd = Math.imul(odd ^ view.getInt32(end - 4, true), prime2);
  } else if (length > 0) {
    const word = view.getUint8(start) | (view.getUint8(start + (length >> 1)) << 8) | (view.getUint8(end - 1) << 16);
    even = mixWord(even, word);
  }
  return finishHash(even ^ ((odd << 16) | (odd >>> 16)));
}
