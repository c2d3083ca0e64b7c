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
    read: (start, count) => source.read(offset + start, count),
  };
}

/** A source over bytes in memory; what it reads are views. */
export function rangesOf(bytes: Uint8Array): RangeReader {
  return {
    size: () => Promise.resolve(bytes.length),
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
