import type { Leaf } from "../format/leaf.ts";
import type { ParquetReader, RowGroupRequest } from "../parquet-reader.ts";
import type { RowGroup } from "../row-group.ts";
import type { Cell } from "./random-table.ts";
import { hex, type PlainValue } from "./random-values.ts";

/** The values of one leaf of a row group, as tests compare them. */
export function leafValues(group: RowGroup, leaf: Leaf): PlainValue[] {
  const present = group.present(leaf.name);
  return presentValues(group, leaf).map((value, i) => (present?.[i] === 0 ? null : value));
}

function presentValues(group: RowGroup, { name, type }: Leaf): PlainValue[] {
  switch (type) {
    case "boolean":
      return Array.from(group.booleans(name), (value) => value === 1);
    case "int32":
      return Array.from(group.int32s(name), BigInt);
    case "uint32":
      return Array.from(group.uint32s(name), BigInt);
    case "int64":
    case "timestamp_nanos":
      return Array.from(group.numbers(name) as ArrayLike<number | bigint>, BigInt);
    case "uint64":
      return Array.from(group.bigints(name), (value) => BigInt.asUintN(64, value));
    case "double":
      return Array.from(group.doubles(name));
    case "string":
      return group.strings(name);
    case "bytes": {
      const { bytes, starts, index } = group.bytes(name);
      const count = index?.length ?? starts.length - 1;
      return Array.from({ length: count }, (_, i) => {
        const entry = index?.[i] ?? i;
        return hex(bytes.subarray(starts[entry], starts[entry + 1]));
      });
    }
    case "uuid": {
      const bytes = group.fixed(name);
      return Array.from({ length: bytes.length / 16 }, (_, i) => hex(bytes.subarray(i * 16, i * 16 + 16)));
    }
    default:
      throw new Error(`no type for ${name}`);
  }
}

/** Cells of every column of (some rows of) one row group. */
export async function readCells(
  reader: ParquetReader,
  rowGroupIndex: number,
  request: Omit<RowGroupRequest, "leaves"> = {},
): Promise<Record<string, Cell[]>> {
  const { leaves } = reader.metadata;
  const group = await reader.readRowGroup(rowGroupIndex, { ...request, leaves: leaves.map((leaf) => leaf.name) });
  const columns: Record<string, Cell[]> = {};
  for (const column of new Set(leaves.map((leaf) => leaf.column))) {
    const own = leaves.filter((leaf) => leaf.column === column);
    columns[column] = cellsOf(group, column, own);
  }
  return columns;
}

function cellsOf(group: RowGroup, column: string, leaves: readonly Leaf[]): Cell[] {
  const values = leaves.map((leaf) => leafValues(group, leaf));
  if (leaves[0]?.maxRepetition === 0) return values[0] as PlainValue[];
  const starts = group.listStarts(column);
  return Array.from({ length: group.rowCount }, (_, row): Cell => {
    const [start, end] = [starts[row] as number, starts[row + 1] as number];
    if (leaves[0]?.name === column) return (values[0] as PlainValue[]).slice(start, end);
    return Array.from({ length: end - start }, (_element, i) =>
      Object.fromEntries(
        leaves.map((leaf, k) => [
          leaf.name.slice(column.length + 1),
          (values[k] as PlainValue[])[start + i] as PlainValue,
        ]),
      ),
    );
  });
}
