/**
 * Whether a byte range is valid UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
 * Source: RFC 3629, section 4.
 */
export function isUtf8(bytes: DataView, start: number, end: number): boolean {
  if (isAscii(bytes, start, end)) return true;
  let at = start;
  while (at < end) {
    const lead = bytes.getUint8(at);
    const length = lead < 0x80 ? 1 : sequenceLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** Looks at words of four bytes; the last one may overlap the one before. */
function isAscii(bytes: DataView, start: number, end: number): boolean {
  const lastWord = end - 4;
  let seen = 0;
  if (lastWord < start) {
    for (let at = start; at < end; at++) seen |= bytes.getUint8(at);
    return seen < 0x80;
  }
  for (let at = start; at < lastWord; at += 4) seen |= bytes.getInt32(at, true);
  return ((seen | bytes.getInt32(lastWord, true)) & 0x80808080) === 0;
}

/** Length of the sequence of two to four bytes at `at`; 0 if it is not valid. */
function sequenceLength(bytes: DataView, at: number, end: number): number {
  const lead = bytes.getUint8(at);
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + length > end) return 0;
  const second = bytes.getUint8(at + 1);
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = 2; i < length; i++) if ((bytes.getUint8(at + i) & 0xc0) !== 0x80) return 0;
  return length;
}
