import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { checkCount } from "./limits.ts";
import type { WireReader } from "./wire.ts";

/**
 * Message `Mapping`: 1 id, 2 memory_start, 3 memory_limit, 4 file_offset, 5 filename, 6 build_id, 7 has_functions,
 * 8 has_filenames, 9 has_line_numbers, 10 has_inline_frames. A profile has few, so this table is plain rather than fast.
 */
export class MappingTable {
  readonly ids: IdColumn = new IdColumn();
  start: BigUint64Array = new BigUint64Array(64);
  limit: BigUint64Array = new BigUint64Array(64);
  offset: BigUint64Array = new BigUint64Array(64);
  filename: Uint32Array = new Uint32Array(64);
  buildId: Uint32Array = new Uint32Array(64);
  flags: Uint8Array = new Uint8Array(64);

  reset(): void {
    this.ids.reset();
    this.start = retain(this.start);
    this.limit = retain(this.limit);
    this.offset = retain(this.offset);
    this.filename = retain(this.filename);
    this.buildId = retain(this.buildId);
    this.flags = retain(this.flags);
  }

  read(wire: WireReader, position: number, end: number): void {
    const index = this.ids.count;
    checkCount(index + 1, wire.limits.mappingCountMax, "mappings");
    this.clearRow(index);
    let idLow = 0;
    let idHigh = 0;
    let at = position;
    while (at < end) {
      at = wire.longTag(at, end);
      const tag = wire.low;
      if ((tag & 7) !== 0 || tag < 8 || tag > 80) {
        at = wire.skip(wire.unknown(tag, 10, at), at, end);
        continue;
      }
      at = wire.varint(at, end);
      if (tag === 8) {
        idLow = wire.low;
        idHigh = wire.high;
      } else this.set(index, tag >>> 3, wire);
    }
    this.ids.push(idLow, idHigh);
  }

  private set(index: number, field: number, wire: WireReader): void {
    if (field === 2) this.start[index] = wire.uint64();
    else if (field === 3) this.limit[index] = wire.uint64();
    else if (field === 4) this.offset[index] = wire.uint64();
    else if (field === 5) this.filename[index] = wire.index();
    else if (field === 6) this.buildId[index] = wire.index();
    else {
      const bit = 1 << (field - 7);
      const others = (this.flags[index] ?? 0) & ~bit;
      this.flags[index] = (wire.low | wire.high) === 0 ? others : others | bit;
    }
  }

  private clearRow(index: number): void {
    this.start = grow(this.start, index + 1);
    this.limit = grow(this.limit, index + 1);
    this.offset = grow(this.offset, index + 1);
    this.filename = grow(this.filename, index + 1);
    this.buildId = grow(this.buildId, index + 1);
    this.flags = grow(this.flags, index + 1);
    this.start[index] = this.limit[index] = this.offset[index] = 0n;
    this.filename[index] = this.buildId[index] = this.flags[index] = 0;
  }
}
