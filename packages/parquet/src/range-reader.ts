import { corrupt } from "./corrupt.ts";
import type { FileRange } from "./metadata.ts";

/** Bytes of one file, read by range: a local file, an object of a bucket, or a part of either. */
export interface RangeReader {
  size(): Promise<number>;
  /** Exactly `length` bytes; rejects if the file is shorter. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A part of another source, such as one file inside a pack. */
export function sliceOf(source: RangeReader, offset: number, length: number): RangeReader {
  return {
    size: () => Promise.resolve(length),
    read: (start, count) =>
      start >= 0 && count >= 0 && start + count <= length
        ? source.read(offset + start, count)
        : Promise.reject(corrupt(`${count} bytes wanted of a part of ${length}`, start)),
  };
}

/** A source over bytes in memory; what it reads are views. */
export function rangesOf(bytes: Uint8Array): RangeReader {
  return {
    size: () => Promise.resolve(bytes.length),
    read: (offset, length) =>
      offset >= 0 && length >= 0 && offset + length <= bytes.length
        ? Promise.resolve(bytes.subarray(offset, offset + length))
        : Promise.reject(corrupt(`${length} bytes wanted of a file of ${bytes.length}`, offset)),
  };
}

/** 64 KiB: what a disk or a bucket reads in the time that one more request takes. */
const gapBytesMax = 65_536;

/** 16 MiB: longer reads are not joined, so that no single one holds more than two chunks. */
const joinedBytesMax = 2 ** 24;

/**
 * Reads several ranges of a file, near ones in one request; results in the order asked for.
 *
 * @throws BasaltError `block_corrupt` when the source gives fewer bytes than asked for.
 */
export async function readRanges(source: RangeReader, ranges: readonly FileRange[]): Promise<Uint8Array[]> {
  const reads = joinRanges(ranges);
  const results = new Array<Uint8Array>(ranges.length).fill(new Uint8Array(0));
  await Promise.all(
    reads.map(async ({ offset, length, members }) => {
      const bytes = await source.read(offset, length);
      if (bytes.length !== length) throw corrupt(`read of ${length} bytes gave ${bytes.length}`, offset);
      for (const member of members) {
        const range = ranges[member] as FileRange;
        results[member] = bytes.subarray(range.offset - offset, range.offset - offset + range.length);
      }
    }),
  );
  return results;
}

interface JoinedRead {
  offset: number;
  length: number;
  /** Indexes of the ranges that it covers. */
  readonly members: number[];
}

function joinRanges(ranges: readonly FileRange[]): JoinedRead[] {
  const order = ranges.map((_, i) => i).filter((i) => (ranges[i] as FileRange).length > 0);
  order.sort((a, b) => (ranges[a] as FileRange).offset - (ranges[b] as FileRange).offset);
  const reads: JoinedRead[] = [];
  for (const member of order) {
    const { offset, length } = ranges[member] as FileRange;
    const last = reads.at(-1);
    const end = offset + length;
    if (
      last !== undefined &&
      offset - (last.offset + last.length) <= gapBytesMax &&
      end - last.offset <= joinedBytesMax
    ) {
      last.length = Math.max(last.length, end - last.offset);
      last.members.push(member);
    } else reads.push({ offset, length, members: [member] });
  }
  return reads;
}
