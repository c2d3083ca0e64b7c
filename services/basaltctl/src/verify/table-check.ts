import {
  type Leaf,
  ParquetReader,
  type RangeReader,
  type RowGroup,
  type Schema,
  type ValueType,
} from "@basalt/parquet";
import { zstdCodec } from "@basalt/runtime";
import { damageText } from "./file-check.ts";
import type { Findings } from "./findings.ts";

/** A Parquet file of a block with what it must be. */
export interface CheckedTable {
  readonly name: string;
  readonly schema: Schema;
  readonly source: RangeReader;
  readonly findings: Findings;
  readonly signal: AbortSignal;
}

/** Rows of one row group whose every page is sound. */
export interface SoundRows {
  readonly group: RowGroup;
  /** The row group's first row in the file. */
  readonly firstRow: number;
}

/** Opens a file and checks its columns; undefined if its rows cannot be looked at. */
export async function openTable({ name, schema, source, findings }: CheckedTable): Promise<ParquetReader | undefined> {
  try {
    const reader = await ParquetReader.open({ source, codec: zstdCodec(1) });
    return hasColumns(reader.metadata.leaves, { name, schema, findings }) ? reader : undefined;
  } catch (error) {
    findings.add("footer", name, damageText(error));
    return undefined;
  }
}

function hasColumns(
  leaves: readonly Leaf[],
  { name, schema, findings }: Pick<CheckedTable, "name" | "schema" | "findings">,
): boolean {
  const wanted = leavesOfSchema(schema);
  let isSound = true;
  for (const [leaf, type] of wanted) {
    const found = leaves.find((known) => known.name === leaf);
    if (found?.type === type) continue;
    isSound = false;
    findings.add(
      "schema",
      name,
      found === undefined
        ? `column ${leaf} is not there`
        : `column ${leaf} is ${found.type ?? "of a foreign type"}, not ${type}`,
    );
  }
  for (const leaf of leaves) {
    // Releases to come may add columns without a new version.
    if (!wanted.has(leaf.name) && leaf.type === undefined)
      findings.add("schema", name, `column ${leaf.name} is of a foreign type`);
  }
  return isSound;
}

function leavesOfSchema(schema: Schema): ReadonlyMap<string, ValueType> {
  const leaves = new Map<string, ValueType>();
  for (const column of schema) {
    if (column.kind === "scalar") leaves.set(column.name, column.type);
    else if (column.kind === "list") leaves.set(column.name, column.element);
    else if (column.kind === "structs")
      for (const { name, type } of column.fields) leaves.set(`${column.name}.${name}`, type);
    else for (const part of ["key", "value"]) leaves.set(`${column.name}.${part}`, "string");
  }
  return leaves;
}

/** Decodes every column of every row group, and gives the row groups without damage. */
export async function* soundRowGroups(table: CheckedTable, reader: ParquetReader): AsyncGenerator<SoundRows> {
  const { findings, name, signal } = table;
  const { rowGroups, leaves } = reader.metadata;
  let firstRow = 0;
  for (const [index, { rowCount }] of rowGroups.entries()) {
    signal.throwIfAborted();
    let isSound = true;
    for (const leaf of leaves) {
      try {
        decode(await reader.readRowGroup(index, { leaves: [leaf.name] }), leaf);
      } catch (error) {
        isSound = false;
        findings.add("page", name, `row group ${index}, column ${leaf.name}: ${damageText(error)}`, firstRow);
      }
    }
    if (isSound)
      yield { group: await reader.readRowGroup(index, { leaves: leaves.map((leaf) => leaf.name) }), firstRow };
    firstRow += rowCount;
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

function decode(group: RowGroup, leaf: Leaf): void {
  if (leaf.maxRepetition > 0) group.listStarts(leaf.column);
  group.present(leaf.name);
  switch (leaf.type) {
    case "boolean":
      return void group.booleans(leaf.name);
    case "int32":
    case "uint32":
      return void group.uint32s(leaf.name);
    case "int64":
    case "uint64":
    case "timestamp_nanos":
      return void group.bigints(leaf.name);
    case "double":
      return void group.doubles(leaf.name);
    case "uuid":
      return void group.fixed(leaf.name);
    case "string":
    case "bytes":
      return void group.bytes(leaf.name);
    case undefined:
      return;
  }
}

/** Whether text is UTF-8, as all names in blocks are. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
