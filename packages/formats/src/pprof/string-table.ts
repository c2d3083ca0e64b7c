import { grow, retain } from "./columns.ts";
import { isUtf8 } from "./utf8.ts";
import { malformed } from "./wire.ts";

/** The string table: where each string lies in the input. */
export class StringTable {
  count = 0;
  start: Uint32Array = new Uint32Array(1024);
  length: Uint32Array = new Uint32Array(1024);

  reset(): void {
    this.count = 0;
    this.start = retain(this.start);
    this.length = retain(this.length);
  }

  add(start: number, end: number): void {
    const index = this.count++;
    if (index >= this.start.length) {
      this.start = grow(this.start, index + 1);
      this.length = grow(this.length, index + 1);
    }
    this.start[index] = start;
    this.length[index] = end - start;
  }

  /** Checks the table; a profile without one has the empty string alone. */
  finish(bytes: Uint8Array): void {
    if (this.count === 0) {
      this.start[0] = this.length[0] = 0;
      this.count = 1;
    }
    const { start, length, count } = this;
    if (length[0] !== 0) throw malformed("string 0 is not empty", start[0] as number);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      const from = start[i] as number;
      if (!isUtf8(view, from, from + (length[i] as number))) throw malformed(`string ${i} is not UTF-8`, from);
    }
  }

  /** The first of a column's indexes that names no string; -1 if there is none. */
  firstOutside(indexes: Uint32Array, indexCount: number): number {
    const count = this.count;
    for (let i = 0; i < indexCount; i++) if ((indexes[i] as number) >= count) return i;
    return -1;
  }
}
