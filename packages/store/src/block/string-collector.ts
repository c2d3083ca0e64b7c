import type { ByteValues } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";

/** Builds one string table of what several columns refer to; string 0 is the empty one. */
export class StringCollector {
  readonly #parts: Uint8Array[] = [];
  #byteCount = 0;
  /** Typed: there may be millions, and lists of numbers lie in the heap. */
  #start: Uint32Array = new Uint32Array(1);
  #length: Uint32Array = new Uint32Array(1);
  #count = 1;

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
      stringCount: this.#count,
      stringStart: this.#start.slice(0, this.#count),
      stringLength: this.#length.slice(0, this.#count),
    };
  }

  /**
   * Takes the marked strings in and puts their numbers in place of the marks. They move together within a copy of all
   * bytes: a view for each of them would cost several times as much.
   */
  #add({ bytes, starts }: ByteValues, numberOf: Uint32Array): void {
    const part = bytes.slice();
    this.#reserve(numberOf.length);
    let end = 0;
    for (let entry = 0; entry < numberOf.length; entry++) {
      if (numberOf[entry] === 0) continue;
      const start = starts[entry] as number;
      const length = (starts[entry + 1] as number) - start;
      numberOf[entry] = length === 0 ? 0 : this.#count;
      if (length === 0) continue;
      part.copyWithin(end, start, start + length);
      this.#start[this.#count] = this.#byteCount + end;
      this.#length[this.#count++] = length;
      end += length;
    }
    this.#parts.push(part.subarray(0, end));
    this.#byteCount += end;
  }

  #reserve(more: number): void {
    const [start, length] = [new Uint32Array(this.#count + more), new Uint32Array(this.#count + more)];
    start.set(this.#start.subarray(0, this.#count));
    length.set(this.#length.subarray(0, this.#count));
    this.#start = start;
    this.#length = length;
  }
}
