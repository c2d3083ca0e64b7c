import type { ByteRange } from "../bucket.ts";

/** 128 KiB: reading past a gap takes 6 ms at 20 MB/s, another request some 20. */
const gapBytesMax = 131_072;

/** 8 MiB: larger reads gain nothing from being one, and each is one unit of the cache. */
const mergedBytesMax = 8 * 2 ** 20;

/** Joins ranges that lie near each other; every one given is inside one of the result, which ascends. */
export function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: { offset: number; length: number }[] = [];
  for (const { offset, length } of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = joined.at(-1);
    const end = offset + length;
    if (last !== undefined) {
      const lastEnd = last.offset + last.length;
      const isNear = offset <= lastEnd + gapBytesMax && Math.max(end, lastEnd) - last.offset <= mergedBytesMax;
      if (isNear || end <= lastEnd) {
        last.length = Math.max(end, lastEnd) - last.offset;
        continue;
      }
    }
    joined.push({ offset, length });
  }
  return joined;
}

/** Whether one range lies inside another. */
export function isInside(inner: ByteRange, outer: ByteRange): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.length <= outer.offset + outer.length;
}
