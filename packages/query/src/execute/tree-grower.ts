import type { CallTree } from "@basalt/calltree";
import { CallTreeBuilder, FunctionTableBuilder } from "@basalt/calltree";
import type { SymbolTables } from "@basalt/symdb";
import type { FrameNames } from "./frame-names.ts";
import { frameNamesOf, noStackName } from "./frame-names.ts";
import { toInt64 } from "./int64-lanes.ts";
import { neededStacks } from "./needed-stacks.ts";

/** Grows one call tree from the stacks of many partitions: no partition gets a tree of its own that would have to be merged. */
export class TreeGrower {
  private readonly functions: FunctionTableBuilder;
  private readonly builder: CallTreeBuilder;
  private hasRows = false;

  constructor(options: { readonly tellFilesApart: boolean }) {
    this.functions = new FunctionTableBuilder(options);
    this.builder = new CallTreeBuilder({ functions: this.functions, expectedNodes: 4096 });
  }

  /** Bytes a node takes at most while the tree grows, for the memory bound: columns, slots, and the same once more while they double. */
  static readonly bytesPerNode = 48;

  get length(): number {
    return this.builder.length;
  }

  /**
   * Adds the sums of one partition, by stack id.
   *
   * @throws BasaltError `value_overflow`.
   */
  add(symbols: SymbolTables, sums: Float64Array | BigInt64Array): void {
    const { stackCount, stackParent, stackLocation } = symbols;
    const needed = neededStacks(symbols, sums);
    const place = new Place(symbols, this.functions);
    const nodeOfStack = new Uint32Array(stackCount);
    for (let stack = 1; stack < stackCount; stack++) {
      if (needed[stack] === 0) continue;
      const above = nodeOfStack[stackParent[stack] as number] as number;
      nodeOfStack[stack] = place.below(this.builder, above, stackLocation[stack] as number);
    }
    if (needed[0] === 1 && (sums[0] ?? 0) > 0) {
      nodeOfStack[0] = this.builder.child(0, this.functions.indexOf(noStackName));
    }
    this.hasRows = true;
    this.builder.addSelf(nodeOfStack, toInt64(sums), stackCount);
  }

  /** Adds a whole tree, such as the answer of a head. */
  addTree(tree: CallTree): void {
    this.hasRows = true;
    this.builder.add(tree);
  }

  /** The tree; undefined if nothing was added. */
  finish(): CallTree | undefined {
    return this.hasRows ? this.builder.finish() : undefined;
  }
}

/** Finds where a partition's locations belong in the tree; asks for each function's name once. */
class Place {
  private readonly symbols: SymbolTables;
  private readonly names: FrameNames;
  private readonly functions: FunctionTableBuilder;
  /** Function of the tree plus 1, by function of the partition; 0 = not asked yet. */
  private readonly indexPlusOne: Uint32Array;

  constructor(symbols: SymbolTables, functions: FunctionTableBuilder) {
    this.symbols = symbols;
    this.names = frameNamesOf(symbols);
    this.functions = functions;
    this.indexPlusOne = new Uint32Array(symbols.functionCount);
  }

  /** The node of a location under a node: its frames from the caller to the innermost inlined one. */
  below(builder: CallTreeBuilder, above: number, location: number): number {
    const { locationLineStart, lineFunction } = this.symbols;
    const start = locationLineStart[location] as number;
    const end = locationLineStart[location + 1] as number;
    if (start === end) return builder.child(above, this.functions.indexOf(this.names.ofLocation(location)));
    let node = above;
    for (let line = end - 1; line >= start; line--)
      node = builder.child(node, this.indexOf(lineFunction[line] as number));
    return node;
  }

  private indexOf(functionPlusOne: number): number {
    if (functionPlusOne === 0) return 0;
    const functionIndex = functionPlusOne - 1;
    const known = this.indexPlusOne[functionIndex] as number;
    if (known !== 0) return known - 1;
    const { names, functions } = this;
    const file = functions.tellFilesApart ? names.fileOfFunction(functionIndex) : "";
    const index = functions.indexOf(names.ofFunction(functionIndex), file);
    this.indexPlusOne[functionIndex] = index + 1;
    return index;
  }
}
