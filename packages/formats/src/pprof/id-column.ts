import { grow, retain } from "./columns.ts";

/** 64-bit ids as two lanes. The high lane is touched only from the first id on that needs it. */
export class IdColumn {
  count = 0;
  low: Uint32Array = new Uint32Array(1024);
  high: Uint32Array = new Uint32Array(0);
  /** Whether an id passes 32 bits; until then the high lane is stale. */
  isWide = false;

  reset(): void {
    this.count = 0;
    this.isWide = false;
    this.low = retain(this.low);
    this.high = retain(this.high);
  }

  /** Makes room for more ids, so that a loop may write the low lane itself. */
  reserve(more: number): Uint32Array {
    this.low = grow(this.low, this.count + more);
    return this.low;
  }

  push(low: number, high: number): void {
    const index = this.count++;
    if (index >= this.low.length) this.low = grow(this.low, index + 1);
    this.low[index] = low;
    if (high !== 0) this.setHigh(index, high);
  }

  /** Replaces an id that is there. */
  set(index: number, low: number, high: number): void {
    this.low[index] = low;
    if (high !== 0 || this.isWide) this.setHigh(index, high);
  }

  /** Notes the high lane of one id. */
  setHigh(index: number, high: number): void {
    if (!this.isWide) this.high.fill(0);
    this.isWide = true;
    this.high = grow(this.high, Math.max(index + 1, this.low.length));
    this.high[index] = high;
  }

  highAt(index: number): number {
    return this.isWide ? (this.high[index] ?? 0) : 0;
  }
}
