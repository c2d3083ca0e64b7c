import { ByteBuffer } from "../bytes/byte-buffer.ts";
import type { ChunkMetadata, RowGroupMetadata } from "../metadata.ts";
import { encoding } from "./constants.ts";
import type { LogicalType, SchemaElement } from "./schema-element.ts";
import { writeStatistics } from "./statistics.ts";
import { ThriftWriter } from "./thrift-writer.ts";

/** Version 2 of the format: data pages v2 and nanosecond timestamps. */
const formatVersion = 2;

/** What a footer says. */
export interface Footer {
  readonly elements: readonly SchemaElement[];
  readonly rowGroups: readonly RowGroupMetadata[];
  readonly rowCount: number;
  readonly keyValues: Readonly<Record<string, string>>;
  readonly createdBy: string;
}

/** Bytes of parquet.thrift's FileMetaData. */
export function footerBytes(footer: Footer): Uint8Array {
  const writer = new ThriftWriter(new ByteBuffer(4096));
  writer.i32(1, formatVersion);
  writer.structs(2, footer.elements, (inner, element) => writeElement(inner, element, element === footer.elements[0]));
  writer.i64(3, footer.rowCount);
  writer.structs(4, footer.rowGroups, writeRowGroup);
  const keyValues = Object.entries(footer.keyValues);
  if (keyValues.length > 0) {
    writer.structs(5, keyValues, (inner, [key, value]) => {
      inner.text(1, key);
      inner.text(2, value);
    });
  }
  writer.text(6, footer.createdBy);
  const leafCount = footer.elements.filter(
    (element) => element.childCount === 0 && element.physical !== undefined,
  ).length;
  // TypeDefinedOrder for every leaf: without it readers must not trust min and max
  writer.structs(7, new Array<undefined>(leafCount).fill(undefined), (inner) => inner.struct(1, () => undefined));
  return writer.end().copy();
}

function writeElement(writer: ThriftWriter, element: SchemaElement, isRoot: boolean): void {
  if (element.physical !== undefined) writer.i32(1, element.physical);
  if (element.typeLength > 0) writer.i32(2, element.typeLength);
  if (!isRoot) writer.i32(3, element.repetition);
  writer.text(4, element.name);
  if (element.physical === undefined) writer.i32(5, element.childCount);
  if (element.converted !== undefined) writer.i32(6, element.converted);
  const { logical } = element;
  if (logical !== undefined) writer.struct(10, (inner) => writeLogical(inner, logical));
}

const nothing = (): void => undefined;

const unitFields = { millis: 1, micros: 2, nanos: 3 } as const;

/** Fields of the union for kinds that say nothing more. */
const simpleFields = { string: 1, map: 2, list: 3, uuid: 14 } as const;

function writeLogical(writer: ThriftWriter, logical: LogicalType): void {
  if (logical.kind === "timestamp") {
    writer.struct(8, (inner) => {
      inner.boolean(1, logical.utc);
      inner.struct(2, (unit) => unit.struct(unitFields[logical.unit], nothing));
    });
  } else if (logical.kind === "integer") {
    writer.struct(10, (inner) => {
      inner.byte(1, logical.bits);
      inner.boolean(2, logical.signed);
    });
  } else if (logical.kind !== "other") writer.struct(simpleFields[logical.kind], nothing);
}

function writeRowGroup(writer: ThriftWriter, rowGroup: RowGroupMetadata): void {
  const chunks = [...rowGroup.chunks.values()];
  writer.structs(1, chunks, writeChunk);
  writer.i64(
    2,
    sum(chunks, (chunk) => chunk.uncompressedLength),
  );
  writer.i64(3, rowGroup.rowCount);
  writer.i64(5, chunks[0]?.range.offset ?? 0);
  writer.i64(
    6,
    sum(chunks, (chunk) => chunk.range.length),
  );
}

function writeChunk(writer: ThriftWriter, chunk: ChunkMetadata): void {
  writer.i64(2, 0);
  writer.struct(3, (inner) => {
    inner.i32(1, chunk.leaf.physical);
    inner.i32s(2, chunk.encodings);
    inner.texts(3, chunk.leaf.path);
    inner.i32(4, chunk.compression);
    inner.i64(5, chunk.valueCount);
    inner.i64(6, chunk.uncompressedLength);
    inner.i64(7, chunk.range.length);
    inner.i64(9, chunk.dataPageOffset);
    if (chunk.encodings.includes(encoding.rleDictionary)) inner.i64(11, chunk.range.offset);
    inner.struct(12, (statistics) => writeStatistics(statistics, chunk.leaf, chunk.statistics));
  });
  if (chunk.offsetIndex !== undefined) {
    writer.i64(4, chunk.offsetIndex.offset);
    writer.i32(5, chunk.offsetIndex.length);
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
