import type { ByteCursor } from "../bytes/byte-cursor.ts";
import type { ByteValues } from "../column-values.ts";
import { readPlainStrings, readStrings, type Strings } from "./byte-strings.ts";
import { type ValueSink, wrongIndex } from "./value-sink.ts";

/** Byte strings: a table of strings and, if the chunk has a dictionary, which of them each value is. */
export class StringSink implements ValueSink {
  count = 0;
  readonly #parts: Strings[] = [];
  #stringCount = 0;
  #index: Uint32Array | undefined;

  dictionary(cursor: ByteCursor, count: number): void {
    this.#index = new Uint32Array(1024);
    this.#add(readPlainStrings(cursor, count));
  }

  page(pageEncoding: number, cursor: ByteCursor, count: number): void {
    const first = this.#stringCount;
    this.#add(readStrings(pageEncoding, cursor, count));
    if (this.#index !== undefined) {
      const index = this.#extend(count);
      const at = this.count;
      for (let i = 0; i < count; i++) index[at + i] = first + i;
    }
    this.count += count;
  }

  gather(indexes: Uint32Array, cursor: ByteCursor): void {
    const entryCount = (this.#parts[0]?.starts.length ?? 1) - 1;
    for (let i = 0; i < indexes.length; i++) {
      const entry = indexes[i] as number;
      if (entry >= entryCount) throw wrongIndex(cursor, entry, entryCount);
    }
    this.#extend(indexes.length).set(indexes, this.count);
    this.count += indexes.length;
  }

  get values(): ByteValues {
    const { bytes, starts } = this.#joined();
    const index = this.#index?.subarray(0, this.count);
    return index === undefined ? { bytes, starts } : { bytes, starts, index };
  }

  #joined(): Strings {
    const [only] = this.#parts;
    if (only !== undefined && this.#parts.length === 1) return only;
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.bytes.length, 0));
    const starts = new Uint32Array(this.#stringCount + 1);
    let byteAt = 0;
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part.bytes, byteAt);
      for (let i = 0; i < part.starts.length - 1; i++) starts[at++] = byteAt + (part.starts[i] as number);
      byteAt += part.bytes.length;
    }
    starts[at] = byteAt;
    return { bytes, starts };
  }

  #add(strings: Strings): void {
    this.#parts.push(strings);
    this.#stringCount += strings.starts.length - 1;
  }

  #extend(count: number): Uint32Array {
    let index = this.#index ?? new Uint32Array(0);
    if (this.count + count > index.length) {
      const grown = new Uint32Array(Math.max(this.count + count, index.length * 2));
      grown.set(index);
      index = grown;
    }
    this.#index = index;
    return index;
  }
}
