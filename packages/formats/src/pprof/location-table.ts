import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { lineOf, type WireReader } from "./wire.ts";

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
    const row = this.ids.count;
    if (row + 1 >= this.lineStart.length) this.grow(row + 2);
    let idLow = 0;
    let idHigh = 0;
    let mappingLow = 0;
    let mappingHigh = 0;
    let addressLow = 0;
    let addressHigh = 0;
    let isFolded = 0;
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
      if (tag !== 8 && tag !== 16 && tag !== 24 && tag !== 40) {
        at = wire.skip(wire.unknown(tag, 5, at), at, end);
        continue;
      }
      let low = at < end ? (bytes[at] as number) : 128;
      let high = 0;
      if (low < 128) at++;
      else {
        at = wire.varint(at, end);
        low = wire.low;
        high = wire.high;
      }
      if (tag === 8) {
        idLow = low;
        idHigh = high;
      } else if (tag === 16) {
        mappingLow = low;
        mappingHigh = high;
      } else if (tag === 24) {
        addressLow = low;
        addressHigh = high;
      } else isFolded = (low | high) === 0 ? 0 : 1;
    }
    if ((idLow | idHigh) === 0) wire.fail(`location ${row} has id 0`, position);
    this.ids.push(idLow, idHigh);
    this.mappings.push(mappingLow, mappingHigh);
    this.addressLow[row] = addressLow;
    this.addressHigh[row] = addressHigh;
    this.isFolded[row] = isFolded;
    this.lineStart[row + 1] = this.lineFunctions.count;
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
      if (tag !== 8 && tag !== 16) {
        at = wire.skip(wire.unknown(tag, 2, at), at, end);
        continue;
      }
      let low = at < end ? (bytes[at] as number) : 128;
      let high = 0;
      if (low < 128) at++;
      else {
        at = wire.varint(at, end);
        low = wire.low;
        high = wire.high;
      }
      if (tag === 8) {
        functionLow = low;
        functionHigh = high;
      } else line = lineOf(low, high);
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
