import { checkSum, sumValues } from "@basalt/calltree";
import type { SymbolTables } from "@basalt/symdb";
import { SymbolPartition } from "@basalt/symdb";
import { toInt64 } from "./int64-lanes.ts";
import { neededStacks } from "./needed-stacks.ts";

/** Symbols, and a value for each stack. */
export interface ProfileContent {
  readonly symbols: SymbolTables;
  /** By stack id. */
  readonly sums: BigInt64Array;
}

/** Grows one profile with full locations from the stacks of many partitions: what is equal in content becomes one. */
export class ProfileGrower {
  private readonly partition: SymbolPartition;
  private sums = new BigInt64Array(1024);
  private total = 0n;
  private hasRows = false;

  /** The seed keeps outsiders from choosing symbols that meet in one hash slot. */
  constructor(seed: number) {
    this.partition = new SymbolPartition(seed);
  }

  /** Bytes that a stack brings with it at most on average, for the memory bound: its columns and hash slot, its share of locations, functions and texts. */
  static readonly bytesPerStack = 128;

  get length(): number {
    return this.partition.stackCount;
  }

  /**
   * Adds the sums of one partition, by stack id.
   *
   * @throws BasaltError `value_overflow`; `profile_malformed` if symbols are chosen to share a hash.
   */
  add(symbols: SymbolTables, sums: Float64Array | BigInt64Array): void {
    const values = toInt64(sums);
    this.total = checkSum(this.total + sumValues(values, symbols.stackCount));
    const remap = this.partition.internTables(symbols, neededStacks(symbols, sums));
    this.reserve(this.partition.stackCount);
    for (let stack = 0; stack < symbols.stackCount; stack++) {
      const value = values[stack] as bigint;
      if (value === 0n) continue;
      const here = remap[stack] as number;
      this.sums[here] = (this.sums[here] as bigint) + value;
    }
    this.hasRows = true;
  }

  private reserve(count: number): void {
    if (count <= this.sums.length) return;
    const grown = new BigInt64Array(Math.max(count, this.sums.length * 2));
    grown.set(this.sums);
    this.sums = grown;
  }

  /** The profile, dense; undefined if nothing was added. */
  finish(): ProfileContent | undefined {
    if (!this.hasRows) return undefined;
    const { stackCount } = this.partition;
    const { tables, stackRemap } = this.partition.compact(new Uint8Array(stackCount).fill(1));
    const sums = new BigInt64Array(tables.stackCount);
    for (let stack = 0; stack < stackCount; stack++) sums[stackRemap[stack] as number] = this.sums[stack] as bigint;
    return { symbols: tables, sums };
  }
}
