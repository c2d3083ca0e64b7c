import { grow, retain } from "./columns.ts";

/** Lanes of a value that a float cannot hold exactly. */
interface WideValue {
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

/** Signed 64-bit values, exact: floats as long as every value lies within ±2^53, bigints otherwise. */
export class ValueColumn {
  count = 0;
  floats: Float64Array = new Float64Array(1024);
  private wide: WideValue[] = [];

  reset(): void {
    this.count = 0;
    this.floats = retain(this.floats);
    this.wide = [];
  }

  /** Makes room for more values, so that a loop may write small ones itself. */
  reserve(more: number): Float64Array {
    this.floats = grow(this.floats, this.count + more);
    return this.floats;
  }

  /** Appends the value of two int32 lanes. */
  push(low: number, high: number): void {
    this.reserve(1);
    this.set(this.count++, low, high);
  }

  /** Writes a value for which there is room. */
  set(index: number, low: number, high: number): void {
    if (high === 0) this.floats[index] = low >>> 0;
    else if (high >= -0x200000 && high < 0x200000) this.floats[index] = high * 0x100000000 + (low >>> 0);
    else this.setWide(index, low, high);
  }

  private setWide(index: number, low: number, high: number): void {
    const isPowerOf53 = high === 0x200000 && low === 0;
    this.floats[index] = isPowerOf53 ? 2 ** 53 : 0;
    if (!isPowerOf53) this.wide.push({ index, low, high });
  }

  /** The column: floats, or a fresh array of bigints if some value passes ±2^53. */
  finish(): Float64Array | BigInt64Array {
    if (this.wide.length === 0) return this.floats;
    const exact = new BigInt64Array(this.count);
    for (let i = 0; i < this.count; i++) exact[i] = BigInt(this.floats[i] ?? 0);
    for (const { index, low, high } of this.wide) exact[index] = (BigInt(high) << 32n) | BigInt(low >>> 0);
    return exact;
  }
}
