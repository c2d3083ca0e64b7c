/**
 * MurmurHash3 x86 32-bit, used for what must be equal on every process and version: label fingerprints and ring tokens.
 * Source: Austin Appleby's MurmurHash3, public domain; tested against its published vectors.
 */
export function murmur3(bytes: Uint8Array, seed: number): number {
  let hash = seed | 0;
  const wordsEnd = bytes.length & ~3;
  for (let i = 0; i < wordsEnd; i += 4) {
    const word = at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= wordsEnd; i--) tail = (tail << 8) | at(bytes, i);
  if (bytes.length !== wordsEnd) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

const utf8 = new TextEncoder();

/** The ring token of a service: 32 bits of (tenant, service name). */
export function serviceToken(tenant: string, service: string): number {
  return murmur3(utf8.encode(`${tenant}\xff${service}`), 0);
}

/** 64 bits of a byte string, from two independent seeds. */
export function hash64(bytes: Uint8Array): bigint {
  return (BigInt(murmur3(bytes, 0x9e3779b9)) << 32n) | BigInt(murmur3(bytes, 0x51ed270b));
}
