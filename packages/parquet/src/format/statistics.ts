import type { ChunkStatistics } from "../metadata.ts";
import { physical } from "./constants.ts";
import type { Leaf } from "./leaf.ts";
import type { ThriftReader } from "./thrift-reader.ts";
import { type ThriftWriter, thriftType } from "./thrift-writer.ts";

/** Longest byte string that is kept as a bound; longer ones leave the statistics out. */
const boundBytesMax = 64;

function integerBytes(value: bigint, width: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, value), true);
  return bytes.subarray(0, width);
}

function boundBytes(leaf: Leaf, value: ChunkStatistics["min"]): Uint8Array | undefined {
  if (typeof value === "bigint") return integerBytes(value, leaf.physical === physical.int64 ? 8 : 4);
  if (typeof value === "number") {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return bytes;
  }
  return value !== undefined && value.length <= boundBytesMax ? value : undefined;
}

/** Writes the fields of parquet.thrift's Statistics. */
export function writeStatistics(writer: ThriftWriter, leaf: Leaf, statistics: ChunkStatistics): void {
  if (statistics.nullCount !== undefined) writer.i64(3, statistics.nullCount);
  if (statistics.distinctCount !== undefined) writer.i64(4, statistics.distinctCount);
  const max = boundBytes(leaf, statistics.max);
  const min = boundBytes(leaf, statistics.min);
  if (max === undefined || min === undefined) return;
  writer.binary(5, max);
  writer.binary(6, min);
  writer.boolean(7, true);
  writer.boolean(8, true);
}

function parseBound(leaf: Leaf, bytes: Uint8Array | undefined): ChunkStatistics["min"] {
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (leaf.physical) {
    case physical.int32:
      if (bytes.length !== 4) return undefined;
      return BigInt(leaf.unsigned ? view.getUint32(0, true) : view.getInt32(0, true));
    case physical.int64:
      if (bytes.length !== 8) return undefined;
      return leaf.unsigned ? view.getBigUint64(0, true) : view.getBigInt64(0, true);
    case physical.double:
      return bytes.length === 8 ? view.getFloat64(0, true) : undefined;
    case physical.bytes:
    case physical.fixed:
      return bytes.slice();
    default:
      return undefined;
  }
}

/** Statistics whose bounds are bytes still: the leaf is not known yet while its chunk is read. */
export interface RawStatistics {
  nullCount?: number;
  distinctCount?: number;
  min?: Uint8Array;
  max?: Uint8Array;
}

/** Reads the fields of parquet.thrift's Statistics; the deprecated signed bounds (fields 1 and 2) are not trusted. */
export function readStatistics(reader: ThriftReader): RawStatistics {
  const statistics: RawStatistics = {};
  reader.struct((field, type) => {
    if (type === thriftType.i64 && field === 3) statistics.nullCount = reader.count();
    else if (type === thriftType.i64 && field === 4) statistics.distinctCount = reader.count();
    else if (type === thriftType.binary && field === 5) statistics.max = reader.binary();
    else if (type === thriftType.binary && field === 6) statistics.min = reader.binary();
    else return false;
    return true;
  });
  return statistics;
}

/** Gives raw statistics their leaf's meaning. */
export function statisticsOf(leaf: Leaf, raw: RawStatistics): ChunkStatistics {
  return {
    min: parseBound(leaf, raw.min),
    max: parseBound(leaf, raw.max),
    nullCount: raw.nullCount,
    distinctCount: raw.distinctCount,
  };
}
