/** Entry i: the checksum of the byte i. */
const table: Uint32Array = makeTable();

function makeTable(): Uint32Array {
  const entries = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 0 ? 0 : 0x82f63b78);
    entries[byte] = remainder;
  }
  return entries;
}

/** CRC-32C (Castagnoli). Source: RFC 3720, appendix B.4, whose examples are its test. */
export function crc32c(bytes: Uint8Array): number {
  let state = 0xffffffff;
  for (const byte of bytes) state = (state >>> 8) ^ (table[(state ^ byte) & 0xff] as number);
  return (state ^ 0xffffffff) >>> 0;
}
