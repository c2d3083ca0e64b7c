import { grow } from "./columns.ts";
import { profileField } from "./tables.ts";
import { indexOf, type WireReader } from "./wire.ts";

/** The fields of message `Profile` that are no table, and its sample types (message `ValueType`: 1 type, 2 unit). */
export class Header {
  sampleTypeCount = 0;
  sampleTypeName: Uint32Array = new Uint32Array(16);
  sampleTypeUnit: Uint32Array = new Uint32Array(16);
  /** The period type's name and unit. */
  readonly periodType: Uint32Array = new Uint32Array(2);
  /** One string index. */
  readonly defaultSampleType: Uint32Array = new Uint32Array(1);
  timeNanos = 0n;
  durationNanos = 0n;
  period = 0n;

  reset(): void {
    this.sampleTypeCount = 0;
    this.periodType.fill(0);
    this.defaultSampleType.fill(0);
    this.timeNanos = this.durationNanos = this.period = 0n;
  }

  readSampleType(wire: WireReader, position: number, end: number): void {
    const index = this.sampleTypeCount++;
    this.sampleTypeName = grow(this.sampleTypeName, index + 1);
    this.sampleTypeUnit = grow(this.sampleTypeUnit, index + 1);
    const pair = new Uint32Array(2);
    readValueType(wire, position, end, pair);
    this.sampleTypeName[index] = pair[0] ?? 0;
    this.sampleTypeUnit[index] = pair[1] ?? 0;
  }

  /** A second period type merges into the first, as protobuf has it. */
  readPeriodType(wire: WireReader, position: number, end: number): void {
    readValueType(wire, position, end, this.periodType);
  }

  /** Takes the varint that the reader holds as the value of a top-level field; others than these are dropped. */
  set(field: number, wire: WireReader): void {
    if (field === profileField.timeNanos) this.timeNanos = wire.int64();
    else if (field === profileField.durationNanos) this.durationNanos = wire.int64();
    else if (field === profileField.period) this.period = wire.int64();
    else if (field === profileField.defaultSampleType) this.defaultSampleType[0] = indexOf(wire.low, wire.high);
  }
}

function readValueType(wire: WireReader, position: number, end: number, pair: Uint32Array): void {
  let at = position;
  while (at < end) {
    at = wire.longTag(at, end);
    const tag = wire.low;
    if (tag === 8 || tag === 16) {
      at = wire.varint(at, end);
      pair[tag === 8 ? 0 : 1] = indexOf(wire.low, wire.high);
    } else at = wire.skip(wire.unknown(tag, 2, at), at, end);
  }
}
