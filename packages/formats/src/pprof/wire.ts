import { BasaltError } from "@basalt/model";

/**
 * Reads protobuf's wire format out of a byte array, every read bounded by the end of the message it belongs to.
 * A read returns the position after it and leaves its value in fields, so that no read allocates.
 *
 * Positions are below an end, and an end is at most the array's length; hence the `as number` on indexed reads here and in
 * the tables: they cost nothing, and a `?? 0` would hide a broken bound.
 *
 * Source: the Protocol Buffers encoding specification.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Lanes of the last varint: low and high 32 bits, as int32. */
  low = 0;
  high = 0;
  /** End of the content that {@link delimited} opened. */
  contentEnd = 0;

  /** Reads a varint of at most 64 bits into the lanes. */
  varint(position: number, end: number): number {
    if (position + 1 < end) {
      const bytes = this.bytes;
      const first = bytes[position] as number;
      if (first < 128) {
        this.low = first;
        this.high = 0;
        return position + 1;
      }
      const second = bytes[position + 1] as number;
      if (second < 128) {
        this.low = (first & 127) | (second << 7);
        this.high = 0;
        return position + 2;
      }
    }
    return this.longVarint(position, end);
  }

  /** Reads a varint of three or four bytes, or leaves it to {@link anyVarint}. */
  private longVarint(position: number, end: number): number {
    if (position + 4 > end) return this.anyVarint(position, end);
    const bytes = this.bytes;
    const low14 = ((bytes[position] as number) & 127) | (((bytes[position + 1] as number) & 127) << 7);
    const third = bytes[position + 2] as number;
    const fourth = bytes[position + 3] as number;
    if ((third & fourth) >= 128) return this.anyVarint(position, end);
    this.high = 0;
    if (third < 128) {
      this.low = low14 | (third << 14);
      return position + 3;
    }
    this.low = low14 | ((third & 127) << 14) | (fourth << 21);
    return position + 4;
  }

  /** Reads a varint of any length, byte by byte. */
  private anyVarint(position: number, end: number): number {
    const bytes = this.bytes;
    let low = 0;
    let high = 0;
    let at = position;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) this.fail("varint runs over the end of its message", position);
      const byte = bytes[at++] as number;
      if (shift < 28) low |= (byte & 127) << shift;
      else if (shift === 28) {
        low |= byte << 28;
        high = (byte & 127) >>> 4;
      } else {
        if (shift === 63 && byte > 1) this.fail("varint is longer than 64 bits", position);
        high |= (byte & 127) << (shift - 32);
      }
      if (byte < 128) {
        this.low = low;
        this.high = high;
        return at;
      }
    }
    return this.fail("varint is longer than 64 bits", position);
  }

  /** Reads a tag of more than one byte; {@link low} is the tag. */
  longTag(position: number, end: number): number {
    const after = this.varint(position, end);
    if (this.high !== 0) this.fail("tag is longer than 32 bits", position);
    return after;
  }

  /** Reads a length; gives the position of the content, and its end in {@link contentEnd}. */
  delimited(position: number, end: number): number {
    const length = position < end ? (this.bytes[position] as number) : 128;
    const contentEnd = position + 1 + length;
    if (length >= 128 || contentEnd > end) return this.longDelimited(position, end);
    this.contentEnd = contentEnd;
    return position + 1;
  }

  private longDelimited(position: number, end: number): number {
    const start = this.varint(position, end);
    if (this.high !== 0 || this.low < 0 || this.low > end - start) {
      this.fail("length runs over the end of its message", position);
    }
    this.contentEnd = start + this.low;
    return start;
  }

  /**
   * The tag of a field that may be skipped: one numbered above the message's last known field. A known field that is not
   * read has a wire type that it never has.
   */
  unknown(tag: number, knownMax: number, position: number): number {
    if (tag >>> 3 <= knownMax) this.fail(`field ${tag >>> 3} has wire type ${tag & 7}`, position);
    return tag;
  }

  /** Skips the value of a field. */
  skip(tag: number, position: number, end: number): number {
    let after: number;
    switch (tag & 7) {
      case 0:
        return this.varint(position, end);
      case 1:
        after = position + 8;
        break;
      case 2:
        this.delimited(position, end);
        return this.contentEnd;
      case 5:
        after = position + 4;
        break;
      default:
        return this.fail(`wire type ${tag & 7} is not supported`, position);
    }
    if (after > end) this.fail("fixed-width value runs over the end of its message", position);
    return after;
  }

  /** The last varint as a signed 64-bit integer. */
  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** The last varint as an unsigned 64-bit integer. */
  uint64(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** The error of a varint that goes on in the next message. */
  failOverrun(position: number): never {
    return this.fail("varint runs over the end of its message", position);
  }

  /** @throws BasaltError `profile_malformed` that names the byte. */
  fail(reason: string, position: number): never {
    throw malformed(reason, position);
  }
}

/** The error of a profile that is not valid pprof. */
export function malformed(reason: string, byteOffset: number): BasaltError {
  return new BasaltError("profile_malformed", `pprof: ${reason} at byte ${byteOffset}`, { details: { byteOffset } });
}

/** Lanes of a varint as an index of strings; what no table can hold becomes the largest uint32. */
export function indexOf(low: number, high: number): number {
  return high === 0 ? low : -1;
}

/** Lanes of a varint as a line number: what does not fit in 31 bits is 0. */
export function lineOf(low: number, high: number): number {
  return high === 0 && low > 0 ? low : 0;
}
