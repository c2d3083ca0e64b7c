import { grow, retain } from "./columns.ts";

/** Which 32-bit lane of a 64-bit element comes first in memory on this machine. */
const lowLaneAt: 0 | 1 = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;

/** Unsigned 64-bit numbers, written as lanes so that no bigint is made. */
export class Uint64Column {
  values: BigUint64Array = new BigUint64Array(64);
  private lanes: Uint32Array = new Uint32Array(this.values.buffer);

  reset(): void {
    this.use(retain(this.values));
  }

  reserve(length: number): void {
    this.use(grow(this.values, length));
  }

  set(index: number, low: number, high: number): void {
    this.lanes[2 * index + lowLaneAt] = low;
    this.lanes[2 * index + 1 - lowLaneAt] = high;
  }

  private use(values: BigUint64Array): void {
    if (values === this.values) return;
    this.values = values;
    this.lanes = new Uint32Array(values.buffer);
  }
}
