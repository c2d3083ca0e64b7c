import type { ParquetReader, RowGroup } from "@basalt/parquet";
import type { BlockMeta, BlockPartition } from "@basalt/store";
import { type CheckedTable, isUtf8, type SoundRows, soundRowGroups } from "./table-check.ts";

/** The four files of symbols, by the name of their count in `meta.json`. */
export type SymbolKind = "functions" | "mappings" | "locations" | "stacktraces";

const idColumns = {
  functions: "function_id",
  mappings: "mapping_id",
  locations: "location_id",
  stacktraces: "stacktrace_id",
} as const;

/** 2^28 stacks: more than a block holds; a damaged count must not take the memory. */
const markedMax = 2 ** 28;

/** Bits of a mapping's flags. */
const flagsMax = 15;

/**
 * Checks that rows of a file of symbols are numbered through in each partition, and refer to what is there.
 *
 * @returns of stacks, by partition and id, 1 where there is a hash: samples name them; undefined for other symbols.
 */
export async function checkSymbols(
  table: CheckedTable,
  reader: ParquetReader,
  { meta, kind }: { readonly meta: BlockMeta; readonly kind: SymbolKind },
): Promise<readonly (Uint8Array | undefined)[]> {
  const { findings, name } = table;
  const places = new Places(meta, kind);
  const isMarked = kind === "stacktraces" && reader.metadata.rowCount <= markedMax;
  const marked = meta.partitions.map(({ stacktraces }) => {
    return isMarked && stacktraces <= reader.metadata.rowCount ? new Uint8Array(stacktraces) : undefined;
  });
  for await (const rows of soundRowGroups(table, reader)) {
    checkRowGroup(table, rows, { kind, places, marked });
    for (const problem of textProblems(rows.group, reader)) findings.add("value", name, problem, rows.firstRow);
  }
  const { rowCount } = reader.metadata;
  if (rowCount !== places.rowCount)
    findings.add("count", name, `the file has ${rowCount} rows, meta.json says ${places.rowCount}`);
  return marked;
}

function checkRowGroup(
  { findings, name }: CheckedTable,
  { group, firstRow }: SoundRows,
  {
    kind,
    places,
    marked,
  }: { readonly kind: SymbolKind; readonly places: Places; readonly marked: readonly (Uint8Array | undefined)[] },
): void {
  const [partitions, ids] = [group.uint32s("partition"), group.uint32s(idColumns[kind])];
  const hasHash = kind === "stacktraces" ? group.present("hash") : undefined;
  const check = checks[kind](group);
  for (let i = 0; i < group.rowCount; i++) {
    const row = firstRow + i;
    const place = places.at(row);
    if (place === undefined) {
      findings.add("count", name, "row is beyond those that meta.json counts", row);
      return;
    }
    const { partition, index, counts } = place;
    const id = kind === "stacktraces" ? index : index + 1;
    if (partitions[i] !== partition)
      findings.add("count", name, `partition is ${partitions[i]}, by meta.json it is ${partition}`, row);
    if (ids[i] !== id) findings.add("count", name, `${idColumns[kind]} is ${ids[i]}, not ${id}`, row);
    for (const problem of check(i, { id, counts })) findings.add("reference", name, problem, row);
    const own = marked[partition];
    if (own !== undefined) own[index] = hasHash?.[i] ?? 1;
  }
}

/** What a row is by its number: partitions follow each other, each with as many rows as `meta.json` says. */
class Places {
  readonly rowCount: number;
  readonly #partitions: readonly BlockPartition[];
  readonly #kind: SymbolKind;
  #partition = 0;
  #start = 0;

  constructor({ partitions }: BlockMeta, kind: SymbolKind) {
    this.#partitions = partitions;
    this.#kind = kind;
    this.rowCount = partitions.reduce((sum, counts) => sum + counts[kind], 0);
  }

  /** Rows are asked for in ascending order. */
  at(row: number): { readonly partition: number; readonly index: number; readonly counts: BlockPartition } | undefined {
    for (;;) {
      const counts = this.#partitions[this.#partition];
      if (counts === undefined) return undefined;
      const index = row - this.#start;
      if (index < counts[this.#kind]) return { partition: this.#partition, index, counts };
      this.#start += counts[this.#kind];
      this.#partition++;
    }
  }
}

/** Says what is wrong with the references of row `i` of a row group. */
type RowCheck = (i: number, row: { readonly id: number; readonly counts: BlockPartition }) => Iterable<string>;

const checks: Readonly<Record<SymbolKind, (group: RowGroup) => RowCheck>> = {
  functions: () => () => [],
  mappings: (group) => {
    const flags = group.uint32s("flags");
    return (i) => ((flags[i] as number) > flagsMax ? [`flags are ${flags[i]}`] : []);
  },
  locations: (group) => {
    const [mappings, starts, functions] = [
      group.uint32s("mapping_id"),
      group.listStarts("lines"),
      group.uint32s("lines.function_id"),
    ];
    return function* (i, { counts }) {
      if ((mappings[i] as number) > counts.mappings) yield `mapping ${mappings[i]} of ${counts.mappings}`;
      for (let line = starts[i] as number; line < (starts[i + 1] as number); line++) {
        if ((functions[line] as number) > counts.functions) yield `function ${functions[line]} of ${counts.functions}`;
      }
    };
  },
  stacktraces: (group) => {
    const [parents, locations] = [group.uint32s("parent_id"), group.uint32s("location_id")];
    return function* (i, { id, counts }) {
      const location = locations[i] as number;
      if (id === 0) {
        if (parents[i] !== 0 || location !== 0) yield "the empty stack has a parent or a location";
        return;
      }
      if ((parents[i] as number) >= id) yield `parent ${parents[i]} is not below stack ${id}`;
      if (location === 0 || location > counts.locations) yield `location ${location} of ${counts.locations}`;
    };
  },
};

function* textProblems(group: RowGroup, { metadata }: ParquetReader): Generator<string> {
  for (const { name, type } of metadata.leaves) {
    if (type !== "string") continue;
    const { bytes, starts } = group.bytes(name);
    for (let i = 0; i + 1 < starts.length; i++) {
      if (!isUtf8(bytes.subarray(starts[i], starts[i + 1]))) yield `column ${name} holds a text that is not UTF-8`;
    }
  }
}
