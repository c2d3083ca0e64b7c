import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { Uint64Column } from "./uint64-column.ts";
import { indexOf, type WireReader } from "./wire.ts";

/**
 * Message `Mapping`: 1 id, 2 memory_start, 3 memory_limit, 4 file_offset, 5 filename, 6 build_id, 7 has_functions,
 * 8 has_filenames, 9 has_line_numbers, 10 has_inline_frames.
 */
export class MappingTable {
  readonly ids: IdColumn = new IdColumn();
  readonly start: Uint64Column = new Uint64Column();
  readonly limit: Uint64Column = new Uint64Column();
  readonly offset: Uint64Column = new Uint64Column();
  filename: Uint32Array = new Uint32Array(64);
  buildId: Uint32Array = new Uint32Array(64);
  flags: Uint8Array = new Uint8Array(64);

  reset(): void {
    this.ids.reset();
    this.start.reset();
    this.limit.reset();
    this.offset.reset();
    this.filename = retain(this.filename);
    this.buildId = retain(this.buildId);
    this.flags = retain(this.flags);
  }

  read(wire: WireReader, position: number, end: number): void {
    const bytes = wire.bytes;
    const index = this.startRow();
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if ((tag & 7) !== 0 || tag < 8 || tag > 80) {
        at = wire.skip(wire.unknown(tag, 10, at), at, end);
        continue;
      }
      at = wire.varint(at, end);
      if (tag === 8) this.ids.set(index, wire.low, wire.high);
      else if (tag === 16) this.start.set(index, wire.low, wire.high);
      else if (tag === 24) this.limit.set(index, wire.low, wire.high);
      else if (tag === 32) this.offset.set(index, wire.low, wire.high);
      else if (tag === 40) this.filename[index] = indexOf(wire.low, wire.high);
      else if (tag === 48) this.buildId[index] = indexOf(wire.low, wire.high);
      else this.setFlag(index, (tag >>> 3) - 7, (wire.low | wire.high) !== 0);
    }
  }

  private setFlag(index: number, position: number, isSet: boolean): void {
    const others = (this.flags[index] as number) & ~(1 << position);
    this.flags[index] = isSet ? others | (1 << position) : others;
  }

  /** Appends a row of zeros and gives its index. */
  private startRow(): number {
    const index = this.ids.count;
    if (index >= this.flags.length) this.grow(index + 1);
    this.ids.push(0, 0);
    this.start.set(index, 0, 0);
    this.limit.set(index, 0, 0);
    this.offset.set(index, 0, 0);
    this.filename[index] = 0;
    this.buildId[index] = 0;
    this.flags[index] = 0;
    return index;
  }

  private grow(length: number): void {
    this.flags = grow(this.flags, length);
    this.start.reserve(this.flags.length);
    this.limit.reserve(this.flags.length);
    this.offset.reserve(this.flags.length);
    this.filename = grow(this.filename, this.flags.length);
    this.buildId = grow(this.buildId, this.flags.length);
  }
}
