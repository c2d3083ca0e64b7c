import { BasaltError, type SymbolColumns } from "@basalt/model";
import { grow, withRoom } from "./columns.ts";

/** The columns of a string table. */
export type StringColumns = Pick<SymbolColumns, "stringBytes" | "stringCount" | "stringStart" | "stringLength">;

/**
 * After a repair, texts may take 1 MiB more than 8 times the bytes that the profile's strings lie in (all of a pprof): enough
 * for any honest profile, and a bound for one that joins one long file name to a hundred thousand functions.
 */
const grownBytesMax = { factor: 8, more: 1 << 20 } as const;

/** Copies a string table and adds strings to it, or gives a string another text. The source stays as it is. */
export class StringAppender {
  private bytes: Uint8Array;
  private byteCount: number;
  private readonly byteCountMax: number;
  private count: number;
  private start: Uint32Array;
  private length: Uint32Array;

  /** `scratch` is overwritten, or left alone if it is too short; {@link finish} gives the array that was used. */
  constructor(source: StringColumns, scratch: Uint8Array = new Uint8Array(0)) {
    const { stringCount, stringStart, stringLength } = source;
    let first = source.stringBytes.length;
    let end = 0;
    for (let i = 0; i < stringCount; i++) {
      const start = stringStart[i] as number;
      first = Math.min(first, start);
      end = Math.max(end, start + (stringLength[i] as number));
    }
    this.byteCount = Math.max(0, end - first);
    this.byteCountMax = source.stringBytes.length * grownBytesMax.factor + grownBytesMax.more;
    this.bytes = scratch.length >= this.byteCount ? scratch : new Uint8Array(this.byteCount + (this.byteCount >>> 2));
    this.bytes.set(source.stringBytes.subarray(first, Math.max(first, end)));
    this.count = stringCount;
    this.start = withRoom(stringStart, stringCount, 16);
    for (let i = 0; i < stringCount; i++) this.start[i] = (this.start[i] as number) - first;
    this.length = withRoom(stringLength, stringCount, 16);
  }

  /** The bytes of a string, until the next call that adds some. */
  bytesOf(index: number): Uint8Array {
    const start = this.start[index] ?? 0;
    return this.bytes.subarray(start, start + (this.length[index] ?? 0));
  }

  /** Adds a string of UTF-8 and gives its index. */
  add(...parts: readonly Uint8Array[]): number {
    const index = this.count++;
    this.start = grow(this.start, this.count);
    this.length = grow(this.length, this.count);
    this.replace(index, ...parts);
    return index;
  }

  addText(text: string): number {
    return this.add(utf8.encode(text));
  }

  /**
   * Gives a string another text, for all who name it. The parts may lie in this table.
   *
   * @throws BasaltError `profile_too_large`.
   */
  replace(index: number, ...parts: readonly Uint8Array[]): void {
    let length = 0;
    for (const part of parts) length += part.length;
    if (this.byteCount + length > this.byteCountMax) {
      throw new BasaltError("profile_too_large", `names grow beyond ${this.byteCountMax} bytes when they are repaired`);
    }
    this.bytes = grow(this.bytes, this.byteCount + length);
    this.start[index] = this.byteCount;
    this.length[index] = length;
    for (const part of parts) {
      this.bytes.set(part, this.byteCount);
      this.byteCount += part.length;
    }
  }

  finish(): StringColumns {
    return { stringBytes: this.bytes, stringCount: this.count, stringStart: this.start, stringLength: this.length };
  }
}

const utf8 = new TextEncoder();
