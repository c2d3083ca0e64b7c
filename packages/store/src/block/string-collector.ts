import type { ByteValues } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";

/** Builds one string table of what several columns refer to; string 0 is the empty one. */
export class StringCollector {
  #bytes: Uint8Array = new Uint8Array(4096);
  #end = 0;
  readonly #start: number[] = [0];
  readonly #length: number[] = [0];

  /** The table's index of each of a column's strings. */
  collect({ bytes, starts, index }: ByteValues, count: number): Uint32Array {
    const indexes = new Uint32Array(count);
    const known = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const entry = index === undefined ? i : (index[i] as number);
      let at = known.get(entry);
      if (at === undefined) {
        at = this.#add(bytes, starts[entry] as number, starts[entry + 1] as number);
        known.set(entry, at);
      }
      indexes[i] = at;
    }
    return indexes;
  }

  columns(): Pick<SymbolTables, "stringBytes" | "stringCount" | "stringStart" | "stringLength"> {
    return {
      stringBytes: this.#bytes.slice(0, this.#end),
      stringCount: this.#start.length,
      stringStart: Uint32Array.from(this.#start),
      stringLength: Uint32Array.from(this.#length),
    };
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    if (this.#end + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#end + length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#end);
    this.#start.push(this.#end);
    this.#length.push(length);
    this.#end += length;
    return this.#start.length - 1;
  }
}
