import { ByteBuffer } from "../bytes/byte-buffer.ts";

const utf8 = new TextEncoder();

/** Type numbers of Thrift's compact protocol. */
export const thriftType = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/**
 * Writes one struct in Thrift's compact protocol, field by field in ascending order.
 * Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */
export class ThriftWriter {
  readonly #buffer: ByteBuffer;
  #lastField = 0;

  constructor(buffer: ByteBuffer = new ByteBuffer()) {
    this.#buffer = buffer;
  }

  boolean(field: number, value: boolean): void {
    this.#header(field, value ? thriftType.true : thriftType.false);
  }

  byte(field: number, value: number): void {
    this.#header(field, thriftType.byte);
    this.#buffer.byte(value);
  }

  i32(field: number, value: number): void {
    this.#header(field, thriftType.i32);
    this.#buffer.zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#header(field, thriftType.i64);
    this.#buffer.zigzag(value);
  }

  binary(field: number, bytes: Uint8Array): void {
    this.#header(field, thriftType.binary);
    this.#buffer.varint(bytes.length);
    this.#buffer.append(bytes);
  }

  text(field: number, text: string): void {
    this.binary(field, utf8.encode(text));
  }

  struct(field: number, write: (inner: ThriftWriter) => void): void {
    this.#header(field, thriftType.struct);
    this.#nested(write);
  }

  structs<T>(field: number, items: readonly T[], write: (inner: ThriftWriter, item: T) => void): void {
    this.#list(field, thriftType.struct, items.length);
    for (const item of items) this.#nested((inner) => write(inner, item));
  }

  i32s(field: number, items: readonly number[]): void {
    this.#list(field, thriftType.i32, items.length);
    for (const item of items) this.#buffer.zigzag(item);
  }

  texts(field: number, items: readonly string[]): void {
    this.#list(field, thriftType.binary, items.length);
    for (const item of items) {
      const bytes = utf8.encode(item);
      this.#buffer.varint(bytes.length);
      this.#buffer.append(bytes);
    }
  }

  /** Ends the struct. */
  end(): ByteBuffer {
    this.#buffer.byte(0);
    return this.#buffer;
  }

  #nested(write: (inner: ThriftWriter) => void): void {
    const inner = new ThriftWriter(this.#buffer);
    write(inner);
    inner.end();
  }

  #header(field: number, type: number): void {
    const step = field - this.#lastField;
    if (step > 0 && step < 16) this.#buffer.byte((step << 4) | type);
    else {
      this.#buffer.byte(type);
      this.#buffer.zigzag(field);
    }
    this.#lastField = field;
  }

  #list(field: number, elementType: number, count: number): void {
    this.#header(field, thriftType.list);
    if (count < 15) this.#buffer.byte((count << 4) | elementType);
    else {
      this.#buffer.byte(0xf0 | elementType);
      this.#buffer.varint(count);
    }
  }
}
