import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { checkCount } from "./limits.ts";
import type { WireReader } from "./wire.ts";

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
    const index = this.startRow(wire.limits.functionCountMax);
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if ((tag & 7) !== 0 || tag > 40 || tag < 8) {
        at = wire.skip(wire.unknown(tag, 5, at), at, end);
        continue;
      }
      at = wire.varint(at, end);
      if (tag === 8) this.ids.set(index, wire.low, wire.high);
      else if (tag === 16) this.name[index] = wire.index();
      else if (tag === 24) this.systemName[index] = wire.index();
      else if (tag === 32) this.filename[index] = wire.index();
      else this.startLine[index] = wire.line();
    }
  }

  /** Appends a row of zeros and gives its index. */
  private startRow(rowCountMax: number): number {
    const index = this.ids.count;
    checkCount(index + 1, rowCountMax, "functions");
    if (index >= this.name.length) this.grow(index + 1);
    this.ids.push(0, 0);
    this.name[index] = 0;
    this.systemName[index] = 0;
    this.filename[index] = 0;
    this.startLine[index] = 0;
    return index;
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
