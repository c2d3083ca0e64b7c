import { grow, retain } from "./columns.ts";
import { IdColumn } from "./id-column.ts";
import { ValueColumn } from "./value-column.ts";
import { indexOf, type WireReader } from "./wire.ts";

/** Messages `Sample`: 1 location_id, 2 value, 3 label; and `Label`: 1 key, 2 str, 3 num, 4 num_unit. */
export class SampleTable {
  count = 0;
  stackStart: Uint32Array = new Uint32Array(1024);
  /** Location ids less 1: indexes of locations if these are numbered 1, 2, 3 … . */
  readonly frames: IdColumn = new IdColumn();
  readonly values: ValueColumn = new ValueColumn();
  /** Values of each sample; -1 before the first one. */
  valuesPerSample = -1;
  labelCount = 0;
  labelStart: Uint32Array = new Uint32Array(1024);
  labelKey: Uint32Array = new Uint32Array(1024);
  labelValue: Uint32Array = new Uint32Array(1024);

  reset(): void {
    this.count = 0;
    this.stackStart = retain(this.stackStart);
    this.stackStart[0] = 0;
    this.frames.reset();
    this.values.reset();
    this.valuesPerSample = -1;
    this.labelCount = 0;
    this.labelStart = retain(this.labelStart);
    this.labelStart[0] = 0;
    this.labelKey = retain(this.labelKey);
    this.labelValue = retain(this.labelValue);
  }

  read(wire: WireReader, position: number, end: number): void {
    const bytes = wire.bytes;
    const valuesBefore = this.values.count;
    let at = position;
    while (at < end) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if (tag === 10) at = this.readFrames(wire, at, end);
      else if (tag === 18) at = this.readValues(wire, at, end);
      else if (tag === 26) at = this.readLabel(wire, at, end);
      else if (tag === 8) {
        at = wire.varint(at, end);
        this.frames.push(wire.low - 1, wire.high);
      } else if (tag === 16) {
        at = wire.varint(at, end);
        this.values.push(wire.low, wire.high);
      } else at = wire.skip(wire.unknown(tag, 3, at), at, end);
    }
    this.closeSample(wire, position, this.values.count - valuesBefore);
  }

  private closeSample(wire: WireReader, position: number, valueCount: number): void {
    const index = this.count++;
    if (valueCount !== this.valuesPerSample) this.checkValues(wire, position, valueCount);
    if (index + 1 >= this.stackStart.length) {
      this.stackStart = grow(this.stackStart, index + 2);
      this.labelStart = grow(this.labelStart, index + 2);
    }
    this.stackStart[index + 1] = this.frames.count;
    this.labelStart[index + 1] = this.labelCount;
  }

  private checkValues(wire: WireReader, position: number, valueCount: number): void {
    const index = this.count - 1;
    if (index > 0) wire.fail(`sample ${index} has ${valueCount} values, not ${this.valuesPerSample}`, position);
    this.valuesPerSample = valueCount;
  }

  /**
   * Reads packed location ids. Those below 2^14, nearly all, are read by an inner loop that makes no call and has one bound; it
   * may read a byte beyond the field, which is found out after it.
   */
  private readFrames(wire: WireReader, position: number, end: number): number {
    const bytes = wire.bytes;
    let at = wire.delimited(position, end) | 0;
    const contentEnd = wire.contentEnd | 0;
    const low = this.frames.reserve(contentEnd - at);
    const pairsEnd = Math.min(contentEnd, bytes.length - 1) | 0;
    let count = this.frames.count | 0;
    for (;;) {
      while (at < pairsEnd) {
        const first = bytes[at] as number;
        if (first < 128) {
          low[count] = first - 1;
          at = (at + 1) | 0;
        } else {
          const second = bytes[at + 1] as number;
          if (second >= 128) break;
          low[count] = ((first & 127) | (second << 7)) - 1;
          at = (at + 2) | 0;
        }
        count = (count + 1) | 0;
      }
      if (at >= contentEnd) break;
      at = wire.varint(at, contentEnd) | 0;
      low[count] = wire.low - 1;
      if (wire.high !== 0) this.frames.setHigh(count, wire.high);
      count = (count + 1) | 0;
    }
    if (at > contentEnd) wire.failOverrun(position);
    this.frames.count = count;
    return at;
  }

  /** Reads packed values. Those below 2^28 are read like frames. */
  private readValues(wire: WireReader, position: number, end: number): number {
    const bytes = wire.bytes;
    let at = wire.delimited(position, end) | 0;
    const contentEnd = wire.contentEnd | 0;
    const values = this.values;
    const floats = values.reserve(contentEnd - at);
    const quadsEnd = Math.min(contentEnd, bytes.length - 3) | 0;
    let count = values.count | 0;
    for (;;) {
      while (at < quadsEnd) {
        const first = bytes[at] as number;
        if (first < 128) {
          floats[count] = first;
          at = (at + 1) | 0;
        } else {
          const second = bytes[at + 1] as number;
          const third = bytes[at + 2] as number;
          const fourth = bytes[at + 3] as number;
          if (second < 128) {
            floats[count] = (first & 127) | (second << 7);
            at = (at + 2) | 0;
          } else if (third < 128) {
            floats[count] = (first & 127) | ((second & 127) << 7) | (third << 14);
            at = (at + 3) | 0;
          } else if (fourth < 128) {
            floats[count] = (first & 127) | ((second & 127) << 7) | ((third & 127) << 14) | (fourth << 21);
            at = (at + 4) | 0;
          } else break;
        }
        count = (count + 1) | 0;
      }
      if (at >= contentEnd) break;
      at = wire.varint(at, contentEnd) | 0;
      values.set(count, wire.low, wire.high);
      count = (count + 1) | 0;
    }
    if (at > contentEnd) wire.failOverrun(position);
    values.count = count;
    return at;
  }

  /** Reads a label; what has no text is numeric and left out. */
  private readLabel(wire: WireReader, position: number, end: number): number {
    const bytes = wire.bytes;
    let at = wire.delimited(position, end);
    const contentEnd = wire.contentEnd;
    let key = 0;
    let text = 0;
    while (at < contentEnd) {
      let tag = bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, contentEnd);
        tag = wire.low;
      }
      if (tag !== 8 && tag !== 16 && tag !== 24 && tag !== 32) {
        at = wire.skip(wire.unknown(tag, 4, at), at, contentEnd);
        continue;
      }
      at = wire.varint(at, contentEnd);
      if (tag === 8) key = indexOf(wire.low, wire.high);
      else if (tag === 16) text = indexOf(wire.low, wire.high);
    }
    if (text !== 0) this.pushLabel(key, text);
    return at;
  }

  private pushLabel(key: number, text: number): void {
    const index = this.labelCount++;
    if (index >= this.labelKey.length) {
      this.labelKey = grow(this.labelKey, index + 1);
      this.labelValue = grow(this.labelValue, index + 1);
    }
    this.labelKey[index] = key;
    this.labelValue[index] = text;
  }
}
