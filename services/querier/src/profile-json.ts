import { ByteWriter } from "@basalt/calltree";

/** How a field of a message is written. */
interface Field {
  readonly name: string;
  readonly type: "int64" | "uint64" | "bool" | "string" | Message;
  readonly isList: boolean;
}

/** Field i has the number i + 1. */
type Message = readonly Field[];

const one = (name: string, type: Field["type"]): Field => ({ name, type, isList: false });
const list = (name: string, type: Field["type"]): Field => ({ name, type, isList: true });
const ints = (...names: readonly string[]): readonly Field[] => names.map((name) => one(name, "int64"));
const uints = (...names: readonly string[]): readonly Field[] => names.map((name) => one(name, "uint64"));
const bools = (...names: readonly string[]): readonly Field[] => names.map((name) => one(name, "bool"));

/** Source: pprof's profile.proto; labels, comments and frames to drop are not in a merged profile. */
const valueType: Message = ints("type", "unit");
const sample: Message = [list("locationId", "uint64"), list("value", "int64")];
const mapping: Message = [
  ...uints("id", "memoryStart", "memoryLimit", "fileOffset"),
  ...ints("filename", "buildId"),
  ...bools("hasFunctions", "hasFilenames", "hasLineNumbers", "hasInlineFrames"),
];
const line: Message = [...uints("functionId"), ...ints("line")];
const location: Message = [...uints("id", "mappingId", "address"), list("line", line), ...bools("isFolded")];
const callee: Message = [...uints("id"), ...ints("name", "systemName", "filename", "startLine")];
const profile: Message = [
  list("sampleType", valueType),
  list("sample", sample),
  list("mapping", mapping),
  list("location", location),
  list("function", callee),
  list("stringTable", "string"),
  ...ints("dropFrames", "keepFrames", "timeNanos", "durationNanos"),
  one("periodType", valueType),
  ...ints("period"),
  list("comment", "int64"),
  ...ints("defaultSampleType"),
];

/**
 * A pprof of our own encoder, which writes the elements of a list one after the other, in protobuf's JSON: numbers of 64 bits
 * as text. It goes from bytes to bytes; as objects, a profile of 400,000 functions fills the heap of a query thread.
 *
 * @param around what stands before and after it.
 */
export function profileJson(
  bytes: Uint8Array,
  around: readonly [before: string, after: string] = ["", ""],
): Uint8Array {
  const [before, after] = around;
  // Measured: names and numbers of a profile with many functions take 2.4 times the bytes.
  const writer = new ByteWriter(bytes.length * 2.5);
  writer.text(before);
  new Transcoder(bytes, writer).message(bytes.length, profile);
  writer.text(after);
  return writer.finish();
}

class Transcoder {
  private readonly bytes: Uint8Array;
  private readonly writer: ByteWriter;
  private at = 0;
  /** High lane of the last number. */
  private high = 0;

  constructor(bytes: Uint8Array, writer: ByteWriter) {
    this.bytes = bytes;
    this.writer = writer;
  }

  /** Writes the message that ends at a place. */
  message(end: number, fields: Message): void {
    const { writer } = this;
    let before: Field | undefined;
    writer.text("{");
    while (this.at < end) {
      const tag = this.varint();
      const field = fields[(tag >>> 3) - 1];
      if (field === undefined) throw new Error(`assertion failed: a merged profile has no field ${tag >>> 3} there`);
      if (field === before) writer.byte(comma);
      else {
        if (before?.isList === true) writer.text("]");
        writer.text(`${before === undefined ? "" : ","}"${field.name}":${field.isList ? "[" : ""}`);
      }
      before = field;
      if ((tag & 7) === delimited) this.delimited(field.type);
      else this.number(field.type);
    }
    writer.text(before?.isList === true ? "]}" : "}");
  }

  /** A message, a text or packed numbers. */
  private delimited(type: Field["type"]): void {
    const length = this.varint();
    const end = this.at + length;
    if (typeof type !== "string") this.message(end, type);
    else if (type === "string") this.text(end);
    else {
      for (let isFirst = true; this.at < end; isFirst = false) {
        if (!isFirst) this.writer.byte(comma);
        this.number(type);
      }
    }
  }

  private number(type: Field["type"]): void {
    const { writer } = this;
    const low = this.varint();
    if (type === "bool") {
      writer.text(low === 0 ? "false" : "true");
      return;
    }
    writer.byte(quote);
    if (this.high < 2 ** 31) writer.decimal64(low, this.high);
    else {
      const value = (BigInt(this.high) << 32n) | BigInt(low);
      writer.text(String(type === "int64" ? BigInt.asIntN(64, value) : value));
    }
    writer.byte(quote);
  }

  private text(end: number): void {
    const { bytes, writer } = this;
    const text = bytes.subarray(this.at, end);
    this.at = end;
    if (text.every(isPlain)) {
      writer.byte(quote);
      writer.bytes(text);
      writer.byte(quote);
    } else writer.text(JSON.stringify(utf8.decode(text)));
  }

  /** Low lane of a number of 64 bits; the other is then in `high`. */
  private varint(): number {
    const { bytes } = this;
    let low = 0;
    this.high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) this.high = bits >>> 4;
      else if (shift > 28) this.high |= bits << (shift - 32);
      if (byte >= 0x80) continue;
      this.high >>>= 0;
      return low >>> 0;
    }
  }
}

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
/** Wire type of what has a length. */
const delimited = 2;
const utf8 = new TextDecoder();

/** A character of ASCII that JSON has as it is. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== quote && byte !== backslash;
}
