import { type MemoryAccount, noAccount } from "@basalt/calltree";
import type { SampleColumns, SymbolColumns } from "@basalt/model";
import type { CompactTables } from "./compact.ts";
import { compactTables, withParents } from "./compact.ts";
import { grownUint32 } from "./grow.ts";
import { PartitionTables } from "./partition-tables.ts";
import { hashOnward, StackTree } from "./stack-tree.ts";
import { SymbolInterner } from "./symbol-interner.ts";
import type { StackedSymbols, SymbolTables } from "./symbol-tables.ts";

/** 1,024: asking for the size costs nothing then, and a column that doubled meanwhile is counted soon. */
const stacksBetweenCounts = 1024;

/**
 * All symbols and stacks of one service that grow profile after profile: one per tenant and service in an ingest worker,
 * kept across seals. A stack id never changes its meaning while the partition lives. Not for several threads.
 */
export class SymbolPartition {
  readonly #symbols: SymbolInterner;
  readonly #stacks: StackTree;
  #path: Uint32Array = new Uint32Array(64);
  #stackIds: Uint32Array = new Uint32Array(256);
  #tables: PartitionTables | undefined;

  /** The seed is 32 random bits of the process, so that nobody can choose symbols that meet in one hash slot. */
  constructor(seed: number) {
    this.#symbols = new SymbolInterner(seed);
    this.#stacks = new StackTree(seed);
  }

  /** Stacks held, the empty one and all inner ones included: every stack id is below this. */
  get stackCount(): number {
    return this.#stacks.count;
  }

  /** Memory held, in bytes: all columns, hash tables and scratch at their capacity. */
  get byteLength(): number {
    return this.#symbols.byteLength + this.#stacks.byteLength + this.#path.byteLength + this.#stackIds.byteLength;
  }

  /** Bytes by which {@link byteLength} may grow with some more bytes of strings, which are most of what a symbol is. */
  growthFor(stringBytes: number): number {
    return this.#symbols.strings.growthFor(stringBytes);
  }

  /**
   * The stack id of each sample. The array is valid until the next call and may be longer than `sampleCount`.
   * Symbols that no stack of a sample refers to are not held.
   *
   * @throws BasaltError `profile_malformed` if symbols are chosen to share a hash; what was interned before stays.
   */
  intern(profile: SymbolColumns & SampleColumns): Uint32Array {
    const { sampleCount, stackStart, stackLocation } = profile;
    const reading = this.#symbols.read(profile);
    const { locationOf } = reading;
    this.#stackIds = grownUint32(this.#stackIds, sampleCount);
    const stackIds = this.#stackIds;
    const { factor } = this.#stacks;
    for (let sample = 0; sample < sampleCount; sample++) {
      const start = stackStart[sample] as number;
      const depth = (stackStart[sample + 1] as number) - start;
      if (depth > this.#path.length) this.#path = grownUint32(this.#path, depth);
      const path = this.#path;
      let openHash = 0;
      for (let i = depth - 1; i >= 0; i--) {
        const index = stackLocation[start + i] as number;
        const known = locationOf[index] as number;
        const location = (known === 0 ? this.#symbols.location(reading, index) : known) - 1;
        path[i] = location;
        openHash = hashOnward(openHash, location, factor);
      }
      stackIds[sample] = this.#stacks.intern(path, depth, openHash);
    }
    return stackIds;
  }

  /**
   * Takes in the stacks of other tables, by content: all, or those marked with 1 by stack id, and their parents. Gives
   * the stack id here of each of them; 0 for those not taken.
   *
   * @throws BasaltError as {@link intern}; what the account throws.
   */
  internTables(tables: StackedSymbols, referenced?: Uint8Array, account: MemoryAccount = noAccount): Uint32Array {
    const { stackCount, stackParent, stackLocation } = tables;
    const taken = referenced === undefined ? undefined : withParents(tables, referenced);
    const reading = this.#symbols.read(tables);
    const remap = new Uint32Array(stackCount);
    let counted = this.byteLength;
    for (let stack = 1; stack < stackCount; stack++) {
      if (stack % stacksBetweenCounts === 0) {
        const { byteLength } = this;
        if (byteLength !== counted) account.columns(byteLength - counted);
        counted = byteLength;
      }
      if (taken !== undefined && taken[stack] === 0) continue;
      const location = this.#symbols.location(reading, stackLocation[stack] as number) - 1;
      remap[stack] = this.#stacks.child(remap[stackParent[stack] as number] as number, location);
    }
    account.columns(this.byteLength - counted);
    return remap;
  }

  /**
   * What the partition holds at this instant, without a copy: the partition appends behind it. Equal until something new
   * is interned.
   */
  tables(): SymbolTables {
    if (this.#tables?.stackCount === this.#stacks.count) return this.#tables;
    this.#tables = new PartitionTables(this.#symbols, this.#stacks);
    return this.#tables;
  }

  /** What the stacks marked with 1 by stack id need, dense and in the order of blocks. */
  compact(referenced: Uint8Array): CompactTables {
    return compactTables(this.tables(), referenced);
  }
}
