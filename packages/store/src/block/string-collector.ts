import type { ByteValues } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";

/** Builds one string table of what several columns refer to; string 0 is the empty one. */
export class StringCollector {
  readonly #parts: Uint8Array[] = [];
  #byteCount = 0;
  readonly #start: number[] = [0];
  readonly #length: number[] = [0];

  /** The table's index of each of a column's strings. */
  collect(values: ByteValues, count: number): Uint32Array {
    const { index } = values;
    const numberOf = new Uint32Array(values.starts.length - 1);
    for (let i = 0; i < count; i++) numberOf[index === undefined ? i : (index[i] as number)] = 1;
    this.#add(values, numberOf);
    const numbers = new Uint32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = numberOf[index === undefined ? i : (index[i] as number)] as number;
    return numbers;
  }

  columns(): Pick<SymbolTables, "stringBytes" | "stringCount" | "stringStart" | "stringLength"> {
    const stringBytes = new Uint8Array(this.#byteCount);
    let at = 0;
    for (const part of this.#parts) {
      stringBytes.set(part, at);
      at += part.length;
    }
    return {
      stringBytes,
      stringCount: this.#start.length,
      stringStart: Uint32Array.from(this.#start),
      stringLength: Uint32Array.from(this.#length),
    };
  }

  /**
   * Takes the marked strings in and puts their numbers in place of the marks. They move together within a copy of all
   * bytes: a view for each of them would cost several times as much.
   */
  #add({ bytes, starts }: ByteValues, numberOf: Uint32Array): void {
    const part = bytes.slice();
    let end = 0;
    for (let entry = 0; entry < numberOf.length; entry++) {
      if (numberOf[entry] === 0) continue;
      const start = starts[entry] as number;
      const length = (starts[entry + 1] as number) - start;
      numberOf[entry] = length === 0 ? 0 : this.#start.length;
      if (length === 0) continue;
      part.copyWithin(end, start, start + length);
      this.#start.push(this.#byteCount + end);
      this.#length.push(length);
      end += length;
    }
    this.#parts.push(part.subarray(0, end));
    this.#byteCount += end;
  }
}
