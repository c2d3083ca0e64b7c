import type { SymbolTables } from "@basalt/symdb";

/** Symbols, and a value for each stack. */
export interface ProfileContent {
  readonly symbols: SymbolTables;
  readonly sums: BigInt64Array;
}

/** Grows one profile with full locations from the stacks of many partitions. */
export class ProfileGrower {
  static readonly bytesPerStack = 48;
  readonly length = 0;

  add(_symbols: SymbolTables, _sums: Float64Array | BigInt64Array): void {
    throw new Error("not yet");
  }

  finish(): ProfileContent | undefined {
    return undefined;
  }
}
