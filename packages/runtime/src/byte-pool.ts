/** 8 MiB over all sizes: what a burst of large profiles leaves behind is let go. */
const keptBytesMax = 8 << 20;

/** 4 KiB: smaller buffers are rounded up to it. */
const smallestBits = 12;

/**
 * Buffers that are used again and again. Each fresh buffer counts as outside memory to the garbage collector, which runs
 * after some tens of megabytes of them: at a thousand profiles a second, reuse saves it most of its work.
 */
export class BytePool {
  /** Free buffers by the binary logarithm of their size. */
  private readonly free: Uint8Array[][] = Array.from({ length: 32 }, () => []);
  private keptBytes = 0;

  /** Memory of exactly so many bytes, whose content is undefined. */
  take(byteLength: number): Uint8Array {
    const bits = sizeBits(byteLength);
    const whole = this.free[bits]?.pop();
    if (whole === undefined) return new Uint8Array(2 ** bits).subarray(0, byteLength);
    this.keptBytes -= whole.length;
    return whole.subarray(0, byteLength);
  }

  /** Takes memory back that {@link take} gave and that nobody uses any more. */
  give(bytes: Uint8Array): void {
    const whole = new Uint8Array(bytes.buffer);
    if (this.keptBytes + whole.length > keptBytesMax) return;
    this.keptBytes += whole.length;
    this.free[sizeBits(whole.length)]?.push(whole);
  }
}

function sizeBits(byteLength: number): number {
  return Math.max(smallestBits, 32 - Math.clz32(Math.max(1, byteLength) - 1));
}
