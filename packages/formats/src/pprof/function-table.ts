import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { indexOf, lineOf, type WireReader } from "./wire.ts";

/** Message `Function`: 1 id, 2 name, 3 system_name, 4 filename, 5 start_line. */
export class FunctionTable {
  readonly ids: IdColumn = new IdColumn();
  name: Uint32Array = new Uint32Array(1024);
  systemName: Uint32Array = new Uint32Array(1024);
  filename: Uint32Array = new Uint32Array(1024);
  startLine: Uint32Array = new Uint32Array(1024);

  reset(): void {
    this.ids.reset();
    this.name = retain(this.name);
    this.systemName = retain(this.systemName);
    this.filename = retain(this.filename);
    this.startLine = retain(this.startLine);
  }

  read(wire: WireReader, position: number, end: number): void {
    const bytes = wire.bytes;
    const row = this.ids.count;
    if (row >= this.name.length) this.grow(row + 1);
    let idLow = 0;
    let idHigh = 0;
    let name = 0;
    let systemName = 0;
    let filename = 0;
    let startLine = 0;
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if ((tag & 7) !== 0 || tag < 8 || tag > 40) {
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
      } else if (tag === 16) name = indexOf(low, high);
      else if (tag === 24) systemName = indexOf(low, high);
      else if (tag === 32) filename = indexOf(low, high);
      else startLine = lineOf(low, high);
    }
    this.ids.push(idLow, idHigh);
    this.name[row] = name;
    this.systemName[row] = systemName;
    this.filename[row] = filename;
    this.startLine[row] = startLine;
  }

  /** Whether no function has an id: what the .NET profiler once wrote. */
  hasNoIds(): boolean {
    const { low, count, isWide } = this.ids;
    if (isWide) return false;
    for (let i = 0; i < count; i++) if (low[i] !== 0) return false;
    return true;
  }

  private grow(length: number): void {
    this.name = grow(this.name, length);
    this.systemName = grow(this.systemName, length);
    this.filename = grow(this.filename, length);
    this.startLine = grow(this.startLine, length);
  }
}
