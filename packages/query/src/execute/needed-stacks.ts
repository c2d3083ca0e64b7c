import type { SymbolTables } from "@basalt/symdb";

/** Marks with 1 the stacks that have a value, and all on their way to the root. */
export function neededStacks(symbols: SymbolTables, sums: Float64Array | BigInt64Array): Uint8Array {
  const { stackCount, stackParent } = symbols;
  const needed = sums instanceof Float64Array ? marksOfDoubles(sums, stackCount) : marksOfIntegers(sums, stackCount);
  for (let stack = stackCount - 1; stack > 0; stack--) {
    if (needed[stack] === 1) needed[stackParent[stack] as number] = 1;
  }
  return needed;
}

function marksOfDoubles(sums: Float64Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (let i = 0; i < count; i++) if ((sums[i] as number) !== 0) marks[i] = 1;
  return marks;
}

function marksOfIntegers(sums: BigInt64Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (let i = 0; i < count; i++) if ((sums[i] as bigint) !== 0n) marks[i] = 1;
  return marks;
}
