import type { ByteCursor } from "../bytes/byte-cursor.ts";
import { thriftType } from "./thrift-writer.ts";

/** Deepest nesting that is skipped; Parquet's own structs nest at most 6 deep. */
const depthMax = 16;

const utf8 = new TextDecoder();

/** Handles one field of a struct: reads its value, or leaves it to be skipped by returning false. */
export type FieldHandler = (field: number, type: number) => boolean;

/**
 * Reads structs of Thrift's compact protocol from bytes that may be hostile: every length is checked against the bytes
 * that are left, nesting is bounded. Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */
export class ThriftReader {
  readonly cursor: ByteCursor;
  #depth = 0;

  constructor(cursor: ByteCursor) {
    this.cursor = cursor;
  }

  /** Reads one struct; fields that the handler does not read are skipped. */
  struct(handle: FieldHandler): void {
    if (++this.#depth > depthMax) throw this.cursor.fail("thrift nests too deep");
    let field = 0;
    for (;;) {
      const header = this.cursor.byte();
      if (header === 0) break;
      const step = header >> 4;
      const type = header & 15;
      field = step === 0 ? this.integer() : field + step;
      if (!handle(field, type)) this.skip(type, false);
    }
    this.#depth--;
  }

  /** A list's element count, which the bytes that are left can hold, after checking its element type. */
  list(elementType: number): number {
    const header = this.cursor.byte();
    const count = header >> 4 === 15 ? this.cursor.varint() : header >> 4;
    if ((header & 15) !== elementType && count > 0) throw this.cursor.fail(`thrift list of type ${header & 15}`);
    if (count > this.cursor.remaining) throw this.cursor.fail(`thrift list of ${count}`);
    return count;
  }

  /** An i16, i32 or i64 that fits a double exactly. */
  integer(): number {
    const zigzag = this.cursor.varint();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** An i64 that counts something: not negative. */
  count(): number {
    const value = this.integer();
    if (value < 0) throw this.cursor.fail(`negative count ${value}`);
    return value;
  }

  /** A view of binary data. */
  binary(): Uint8Array {
    return this.cursor.take(this.cursor.varint());
  }

  text(): string {
    return utf8.decode(this.binary());
  }

  skip(type: number, isElement: boolean): void {
    switch (type) {
      case thriftType.true:
      case thriftType.false:
        if (isElement) this.cursor.byte();
        return;
      case thriftType.byte:
        this.cursor.byte();
        return;
      case thriftType.i16:
      case thriftType.i32:
      case thriftType.i64:
        this.cursor.varintBig();
        return;
      case thriftType.double:
        this.cursor.take(8);
        return;
      case thriftType.binary:
        this.binary();
        return;
      case thriftType.list:
      case thriftType.set:
        this.#skipList();
        return;
      case thriftType.map:
        this.#skipMap();
        return;
      case thriftType.struct:
        this.struct(() => false);
        return;
      default:
        throw this.cursor.fail(`thrift type ${type}`);
    }
  }

  #skipList(): void {
    if (++this.#depth > depthMax) throw this.cursor.fail("thrift nests too deep");
    const header = this.cursor.byte();
    const count = header >> 4 === 15 ? this.cursor.varint() : header >> 4;
    if (count > this.cursor.remaining) throw this.cursor.fail(`thrift list of ${count}`);
    for (let i = 0; i < count; i++) this.skip(header & 15, true);
    this.#depth--;
  }

  #skipMap(): void {
    if (++this.#depth > depthMax) throw this.cursor.fail("thrift nests too deep");
    const count = this.cursor.varint();
    if (count > this.cursor.remaining) throw this.cursor.fail(`thrift map of ${count}`);
    const types = count === 0 ? 0 : this.cursor.byte();
    for (let i = 0; i < count; i++) {
      this.skip(types >> 4, true);
      this.skip(types & 15, true);
    }
    this.#depth--;
  }
}
