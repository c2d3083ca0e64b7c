import { type ByteValues, type PageCodec, ParquetWriter, type Schema } from "@basalt/parquet";
import type { SymbolTables } from "@basalt/symdb";
import {
  type BlockFileName,
  blockFiles,
  functionsSchema,
  locationsSchema,
  mappingsSchema,
  stacktracesSchema,
} from "./block-schema.ts";

/** Symbols of one partition. */
export interface PartitionSymbols {
  readonly partition: number;
  readonly tables: SymbolTables;
  /** By stack id the largest value that samples give the stack; 0 for stacks that no sample names. */
  readonly weights: Float64Array;
}

/**
 * Blocks: 64 Ki stacks. Small services share row groups, so that a thousand of them do not make a megabyte of footers; a
 * query for one of them reads its own pages. Segments: 8 Ki, which take 5 ms to write, for
 * pushes wait that long.
 */
const rowGroupStacks = { block: 65_536, segment: 8_192 } as const;

/**
 * Leaves whose pages end where a partition ends, so that a query reads and decodes nothing of others: 3 % more bytes of
 * symbols, and a quarter less time for the first query over all services. Hashes are not among them: no query reads
 * them, and those of services that run the same code compress together.
 */
const leavesByPartition = {
  functions: ["name", "system_name", "filename", "start_line"],
  locations: ["mapping_id", "address", "is_folded", "lines.function_id", "lines.line"],
  stacktraces: ["parent_id", "location_id"],
} as const;

/** Writes the four symbol files of a block, partition by partition; a partition lies in one row group of each. */
export class SymbolFilesWriter {
  readonly #files: Readonly<Record<"functions" | "mappings" | "locations" | "stacktraces", ParquetWriter>>;
  #pending: PartitionSymbols[] = [];
  #pendingStacks = 0;

  readonly #kind: "block" | "segment";

  constructor(kind: "block" | "segment", codec: PageCodec, sink: (file: BlockFileName, bytes: Uint8Array) => void) {
    this.#kind = kind;
    const open = (file: BlockFileName, schema: Schema): ParquetWriter =>
      new ParquetWriter({
        schema,
        codec,
        effort: kind === "block" ? "small" : "fast",
        sink: (bytes) => sink(file, bytes),
      });
    this.#files = {
      functions: open(blockFiles.functions, functionsSchema),
      mappings: open(blockFiles.mappings, mappingsSchema),
      locations: open(blockFiles.locations, locationsSchema),
      stacktraces: open(blockFiles.stacktraces, stacktracesSchema(kind)),
    };
  }

  /** True when row groups were written. */
  append(symbols: PartitionSymbols): boolean {
    this.#pending.push(symbols);
    this.#pendingStacks += symbols.tables.stackCount;
    if (this.#pendingStacks < rowGroupStacks[this.#kind]) return false;
    this.#flush();
    return true;
  }

  finish(): void {
    this.#flush();
    for (const file of Object.values(this.#files)) file.finish();
  }

  #flush(): void {
    const parts = this.#pending;
    this.#pending = [];
    this.#pendingStacks = 0;
    if (parts.length === 0) return;
    const strings = new StringTable(parts);
    this.#writeFunctions(parts, strings);
    this.#writeMappings(parts, strings);
    this.#writeLocations(parts);
    this.#writeStacktraces(parts);
  }

  #writeFunctions(parts: readonly PartitionSymbols[], strings: StringTable): void {
    const rows = new Concatenation(parts, (tables) => tables.functionCount);
    const systemName = strings.column(rows, (tables) => tables.functionSystemName);
    const name = strings.column(rows, (tables) => tables.functionName);
    const present = new Uint8Array(rows.count);
    for (let i = 0; i < rows.count; i++) present[i] = name.index?.[i] === systemName.index?.[i] ? 0 : 1;
    this.#files.functions.writeRowGroup({
      rowCount: rows.count,
      pageBreaks: rows.breaks(leavesByPartition.functions),
      leaves: {
        partition: rows.partitions(),
        function_id: rows.idsFrom(1),
        name,
        system_name: { present, values: systemName },
        filename: strings.column(rows, (tables) => tables.functionFilename),
        start_line: rows.numbers((tables) => tables.functionStartLine),
      },
    });
  }

  #writeMappings(parts: readonly PartitionSymbols[], strings: StringTable): void {
    const rows = new Concatenation(parts, (tables) => tables.mappingCount);
    this.#files.mappings.writeRowGroup({
      rowCount: rows.count,
      leaves: {
        partition: rows.partitions(),
        mapping_id: rows.idsFrom(1),
        memory_start: rows.bigs((tables) => tables.mappingStart),
        memory_limit: rows.bigs((tables) => tables.mappingLimit),
        file_offset: rows.bigs((tables) => tables.mappingOffset),
        filename: strings.column(rows, (tables) => tables.mappingFilename),
        build_id: strings.column(rows, (tables) => tables.mappingBuildId),
        flags: rows.numbers((tables) => tables.mappingFlags),
      },
    });
  }

  #writeLocations(parts: readonly PartitionSymbols[]): void {
    const rows = new Concatenation(parts, (tables) => tables.locationCount);
    const lines = new Concatenation(parts, (tables) => tables.lineCount);
    const lineStart = new Uint32Array(rows.count + 1);
    let at = 0;
    let lineBase = 0;
    for (const { tables } of parts) {
      for (let i = 0; i < tables.locationCount; i++)
        lineStart[at++] = lineBase + (tables.locationLineStart[i] as number);
      lineBase += tables.lineCount;
    }
    lineStart[at] = lineBase;
    const address = new BigUint64Array(rows.count);
    const halves = new Uint32Array(address.buffer);
    const low = rows.numbers((tables) => tables.locationAddressLow);
    const high = rows.numbers((tables) => tables.locationAddressHigh);
    for (let i = 0; i < rows.count; i++) {
      halves[2 * i] = low[i] as number;
      halves[2 * i + 1] = high[i] as number;
    }
    this.#files.locations.writeRowGroup({
      rowCount: rows.count,
      pageBreaks: rows.breaks(leavesByPartition.locations),
      lists: { lines: lineStart },
      leaves: {
        partition: rows.partitions(),
        location_id: rows.idsFrom(1),
        mapping_id: rows.numbers((tables) => tables.locationMapping),
        address,
        is_folded: Uint8Array.from(rows.numbers((tables) => tables.locationIsFolded)),
        "lines.function_id": lines.numbers((tables) => tables.lineFunction),
        "lines.line": lines.numbers((tables) => tables.lineNumber),
      },
    });
  }

  #writeStacktraces(parts: readonly PartitionSymbols[]): void {
    const rows = new Concatenation(parts, (tables) => tables.stackCount);
    const location = rows.numbers((tables) => tables.stackLocation);
    const weights = new Float64Array(rows.count);
    let at = 0;
    for (const part of parts) {
      const { stackCount } = part.tables;
      weights.set(part.weights.subarray(0, stackCount), at);
      location[at] = 0;
      for (let i = at + 1; i < at + stackCount; i++) location[i] = (location[i] as number) + 1;
      at += stackCount;
    }
    const present = new Uint8Array(rows.count);
    for (let i = 0; i < rows.count; i++) if ((weights[i] as number) > 0) present[i] = 1;
    const isBlock = this.#kind === "block";
    const values = isBlock ? rows.bigs((tables) => tables.stackHash) : weights;
    this.#files.stacktraces.writeRowGroup({
      rowCount: rows.count,
      pageBreaks: rows.breaks(leavesByPartition.stacktraces),
      leaves: {
        partition: rows.partitions(),
        stacktrace_id: rows.idsFrom(0),
        parent_id: rows.numbers((tables) => tables.stackParent),
        location_id: location,
        [isBlock ? "hash" : "weight"]: { present, values },
      },
    });
  }
}

/** Columns of several partitions, one behind the other. */
class Concatenation {
  readonly count: number;
  readonly parts: readonly PartitionSymbols[];
  readonly #countOf: (tables: SymbolTables) => number;

  constructor(parts: readonly PartitionSymbols[], countOf: (tables: SymbolTables) => number) {
    this.parts = parts;
    this.#countOf = countOf;
    this.count = parts.reduce((sum, { tables }) => sum + countOf(tables), 0);
  }

  numbers(columnOf: (tables: SymbolTables) => Uint32Array | Uint8Array): Uint32Array {
    const joined = new Uint32Array(this.count);
    this.each((tables, at, count) => joined.set(columnOf(tables).subarray(0, count), at));
    return joined;
  }

  bigs(columnOf: (tables: SymbolTables) => BigUint64Array): BigUint64Array {
    const joined = new BigUint64Array(this.count);
    this.each((tables, at, count) => joined.set(columnOf(tables).subarray(0, count), at));
    return joined;
  }

  partitions(): Uint32Array {
    const joined = new Uint32Array(this.count);
    let at = 0;
    for (const { partition, tables } of this.parts) {
      joined.fill(partition, at, at + this.#countOf(tables));
      at += this.#countOf(tables);
    }
    return joined;
  }

  /** For some leaves, the rows at which another partition begins. */
  breaks(leaves: readonly string[]): Readonly<Record<string, Uint32Array>> {
    const starts: number[] = [];
    this.each((_, at) => starts.push(at));
    const breaks = Uint32Array.from(starts.filter((at) => at > 0));
    return Object.fromEntries(leaves.map((leaf) => [leaf, breaks]));
  }

  /** Counts up in each partition. */
  idsFrom(first: number): Uint32Array {
    const joined = new Uint32Array(this.count);
    this.each((_, at, count) => {
      for (let i = 0; i < count; i++) joined[at + i] = first + i;
    });
    return joined;
  }

  each(visit: (tables: SymbolTables, at: number, count: number) => void): void {
    let at = 0;
    for (const { tables } of this.parts) {
      const count = this.#countOf(tables);
      visit(tables, at, count);
      at += count;
    }
  }
}

/** The strings of several partitions as one table. */
class StringTable {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(parts: readonly PartitionSymbols[]) {
    const rows = new Concatenation(parts, (tables) => tables.stringCount);
    const ends = parts.map(({ tables }) => stringBytesEnd(tables));
    this.#bytes = new Uint8Array(ends.reduce((sum, end) => sum + end, 0));
    this.#starts = rows.numbers((tables) => tables.stringStart);
    this.#lengths = rows.numbers((tables) => tables.stringLength);
    let byteBase = 0;
    let at = 0;
    for (const [index, { tables }] of parts.entries()) {
      const end = ends[index] ?? 0;
      this.#bytes.set(tables.stringBytes.subarray(0, end), byteBase);
      for (let i = 0; i < tables.stringCount; i++) this.#starts[at + i] = (this.#starts[at + i] as number) + byteBase;
      byteBase += end;
      at += tables.stringCount;
    }
  }

  column(rows: Concatenation, indexOf: (tables: SymbolTables) => Uint32Array): ByteValues {
    const index = rows.numbers(indexOf);
    let base = 0;
    rows.each((tables, at, count) => {
      for (let i = at; i < at + count; i++) index[i] = (index[i] as number) + base;
      base += tables.stringCount;
    });
    return { bytes: this.#bytes, starts: this.#starts, lengths: this.#lengths, index };
  }
}

function stringBytesEnd(tables: SymbolTables): number {
  let end = 0;
  for (let i = 0; i < tables.stringCount; i++) {
    end = Math.max(end, (tables.stringStart[i] as number) + (tables.stringLength[i] as number));
  }
  return end;
}
