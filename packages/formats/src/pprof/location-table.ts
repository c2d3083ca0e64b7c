import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { checkCount } from "./limits.ts";
import type { WireReader } from "./wire.ts";

/** Messages `Location`: 1 id, 2 mapping_id, 3 address, 4 line, 5 is_folded; and `Line`: 1 function_id, 2 line. */
export class LocationTable {
  readonly ids: IdColumn = new IdColumn();
  readonly mappings: IdColumn = new IdColumn();
  addressLow: Uint32Array = new Uint32Array(1024);
  addressHigh: Uint32Array = new Uint32Array(1024);
  isFolded: Uint8Array = new Uint8Array(1024);
  lineStart: Uint32Array = new Uint32Array(1024);
  readonly lineFunctions: IdColumn = new IdColumn();
  lineNumber: Uint32Array = new Uint32Array(1024);

  reset(): void {
    this.ids.reset();
    this.mappings.reset();
    this.addressLow = retain(this.addressLow);
    this.addressHigh = retain(this.addressHigh);
    this.isFolded = retain(this.isFolded);
    this.lineStart = retain(this.lineStart);
    this.lineStart[0] = 0;
    this.lineFunctions.reset();
    this.lineNumber = retain(this.lineNumber);
  }

  read(wire: WireReader, position: number, end: number): void {
    const bytes = wire.bytes;
    const index = this.startRow(wire.limits.locationCountMax);
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if (tag === 34) {
        at = wire.delimited(at, end);
        const lineEnd = wire.contentEnd;
        this.readLine(wire, at, lineEnd);
        at = lineEnd;
        continue;
      }
      if ((tag & 7) !== 0 || tag > 40 || tag < 8 || tag === 32) {
        at = wire.skip(wire.unknown(tag, 5, at), at, end);
        continue;
      }
      at = wire.varint(at, end);
      if (tag === 24) {
        this.addressLow[index] = wire.low;
        this.addressHigh[index] = wire.high;
      } else if (tag === 8) this.ids.set(index, wire.low, wire.high);
      else if (tag === 16) this.mappings.set(index, wire.low, wire.high);
      else this.isFolded[index] = (wire.low | wire.high) === 0 ? 0 : 1;
    }
    if (this.ids.low[index] === 0 && this.ids.highAt(index) === 0) wire.fail(`location ${index} has id 0`, position);
    checkCount(this.lineFunctions.count, wire.limits.lineCountMax, "lines");
    this.lineStart[index + 1] = this.lineFunctions.count;
  }

  /** Appends a row of zeros and gives its index. */
  private startRow(rowCountMax: number): number {
    const index = this.ids.count;
    checkCount(index + 1, rowCountMax, "locations");
    if (index + 1 >= this.lineStart.length) this.grow(index + 2);
    this.ids.push(0, 0);
    this.mappings.push(0, 0);
    this.addressLow[index] = 0;
    this.addressHigh[index] = 0;
    this.isFolded[index] = 0;
    return index;
  }

  private readLine(wire: WireReader, position: number, end: number): void {
    const bytes = wire.bytes;
    let functionLow = 0;
    let functionHigh = 0;
    let line = 0;
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if (tag === 8) {
        at = wire.varint(at, end);
        functionLow = wire.low;
        functionHigh = wire.high;
      } else if (tag === 16) {
        at = wire.varint(at, end);
        line = wire.line();
      } else at = wire.skip(wire.unknown(tag, 2, at), at, end);
    }
    const index = this.lineFunctions.count;
    if (index >= this.lineNumber.length) this.lineNumber = grow(this.lineNumber, index + 1);
    this.lineNumber[index] = line;
    this.lineFunctions.push(functionLow, functionHigh);
  }

  private grow(length: number): void {
    this.addressLow = grow(this.addressLow, length);
    this.addressHigh = grow(this.addressHigh, length);
    this.isFolded = grow(this.isFolded, length);
    this.lineStart = grow(this.lineStart, length);
  }

  /** Appends a location with neither lines, address nor mapping, and gives its index. Its id is not to be looked up. */
  addUnknown(): number {
    const index = this.ids.count;
    this.grow(index + 2);
    this.addressLow[index] = this.addressHigh[index] = this.isFolded[index] = 0;
    this.mappings.push(0, 0);
    this.lineStart[index + 1] = this.lineFunctions.count;
    this.ids.push(0, 0);
    return index;
  }
}
