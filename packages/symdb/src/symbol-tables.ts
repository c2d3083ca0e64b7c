import type { SymbolColumns } from "@basalt/model";

/**
 * The symbols of one partition (one service in one block, segment or head) with its stacks as a parent-pointer tree.
 * Stack 0 is the empty stack; `stackParent[i] < i`. Locations are counted from 0 here and in the columns alike.
 */
export interface SymbolTables extends SymbolColumns {
  readonly stackCount: number;
  /** The stack without its leaf; stackParent[0] = 0. */
  readonly stackParent: Uint32Array;
  /** The leaf's location; stackLocation[0] is meaningless. */
  readonly stackLocation: Uint32Array;
  /** 64-bit hash of the stack's content, equal for equal content in every block: docs/formats/symbols.md. */
  readonly stackHash: BigUint64Array;
}

/** Symbols and stacks without the hashes of their content, which only what goes into a block needs. */
export type StackedSymbols = Omit<SymbolTables, "stackHash">;

/** 4: the node of a stack, or the function of a location or of a function, that an index of paths remembers. */
const pathBytes = 4;

/** What one index of paths remembers of tables, in bytes. */
export function bytesOfPaths(tables: Pick<SymbolTables, "stackCount" | "locationCount" | "functionCount">): number {
  return (tables.stackCount + tables.locationCount + tables.functionCount) * pathBytes;
}

/** 8: a content hash. Counted, not asked for: tables may make their hashes on the first look, and queries never look. */
const hashBytes = 8;

/** Memory of tables, in bytes, for the accounts of caches: the columns, and what one index of paths remembers of them. */
export function symbolTablesByteLength(tables: StackedSymbols): number {
  let bytes = bytesOfPaths(tables) + tables.stackCount * hashBytes;
  for (const column of columnsOf(tables)) bytes += column.byteLength;
  return bytes;
}

function columnsOf(tables: StackedSymbols): readonly (Uint8Array | Uint32Array | BigUint64Array)[] {
  return [
    tables.stringBytes,
    tables.stringStart,
    tables.stringLength,
    tables.functionName,
    tables.functionSystemName,
    tables.functionFilename,
    tables.functionStartLine,
    tables.mappingStart,
    tables.mappingLimit,
    tables.mappingOffset,
    tables.mappingFilename,
    tables.mappingBuildId,
    tables.mappingFlags,
    tables.locationMapping,
    tables.locationAddressLow,
    tables.locationAddressHigh,
    tables.locationIsFolded,
    tables.locationLineStart,
    tables.lineFunction,
    tables.lineNumber,
    tables.stackParent,
    tables.stackLocation,
  ];
}
