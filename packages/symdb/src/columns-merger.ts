import { addLanes, checkSum, lanesOf, type MemoryAccount, noAccount, sumValues } from "@basalt/calltree";
import type { SampleColumns, SymbolColumns } from "@basalt/model";
import { selectStacks } from "./call-site.ts";
import { grownBigInt64 } from "./grow.ts";
import { SymbolPartition } from "./symbol-partition.ts";
import type { SymbolTables } from "./symbol-tables.ts";

/** 6: marks of the stacks of a table that is added, and of their parents; their ids in the merged partition. */
const addingBytes = 6;

/** 33: marks, new ids, depths, starts and values of the stacks that become samples. */
const finishingBytes = 33;

/**
 * Merges stacks of many tables, by content, into the columns of one profile: mappings, locations, lines and files as
 * they were pushed. What a merged pprof is written from.
 */
export class ColumnsMerger {
  readonly #partition: SymbolPartition;
  readonly #callSite: readonly string[];
  readonly #account: MemoryAccount;
  /** What the account was told of. */
  #bytes = 0;
  #values: BigInt64Array = new BigInt64Array(256);
  #sum = 0n;

  /** The seed is as that of a {@link SymbolPartition}; of stacks only those that begin with the call site are taken. */
  constructor(seed: number, callSite: readonly string[] = [], account: MemoryAccount = noAccount) {
    this.#partition = new SymbolPartition(seed);
    this.#callSite = callSite;
    this.#account = account;
  }

  /**
   * Adds the stacks of a table with their values, by stack id.
   *
   * @throws BasaltError `value_overflow` if the sum of all values would pass int64; what the account throws.
   */
  add(tables: SymbolTables, values: BigInt64Array): void {
    const { stackCount } = tables;
    this.#charge(stackCount * addingBytes);
    this.#sum = checkSum(this.#sum + sumValues(values, stackCount));
    const taken = selectStacks(tables, this.#callSite);
    const lanes = lanesOf(values);
    for (let stack = 0; stack < stackCount; stack++) {
      if (!isNotZero(lanes, stack)) taken[stack] = 0;
    }
    const moved = this.#partition.internTables(tables, taken, {
      ...this.#account,
      columns: (bytes) => this.#charge(bytes),
    });
    const { byteLength } = this.#values;
    this.#values = grownBigInt64(this.#values, this.#partition.stackCount);
    this.#charge(this.#values.byteLength - byteLength);
    const mergedLanes = lanesOf(this.#values);
    for (let stack = 0; stack < stackCount; stack++) {
      if (taken[stack] === 1) addLanes(mergedLanes, moved[stack] as number, lanes, stack);
    }
    this.#charge(-stackCount * addingBytes);
  }

  /**
   * One sample for each stack with a value, in the order of a depth-first walk; one sample type, values exact. The merger
   * must not be used any more: the account has its memory back, and keeps the count of the profile's columns.
   *
   * @throws what the account throws.
   */
  finish(): SymbolColumns & SampleColumns {
    const { stackCount } = this.#partition;
    this.#charge(compactBytes(this.#partition.tables()) + stackCount * finishingBytes);
    const lanes = lanesOf(this.#values);
    const referenced = new Uint8Array(stackCount);
    for (let stack = 0; stack < stackCount; stack++) if (isNotZero(lanes, stack)) referenced[stack] = 1;
    const { tables, stackRemap } = this.#partition.compact(referenced);
    const values = new BigInt64Array(tables.stackCount);
    for (let stack = 0; stack < stackCount; stack++) {
      if (referenced[stack] === 1) values[stackRemap[stack] as number] = this.#values[stack] as bigint;
    }
    const profile = { ...tables, ...samplesOf(tables, values, (bytes) => this.#charge(bytes)) };
    this.#charge(columnBytes(profile) - this.#bytes);
    return profile;
  }

  #charge(bytes: number): void {
    this.#account.columns(bytes);
    this.#bytes += bytes;
  }
}

/** Memory of all columns of a profile, in bytes. */
export function columnBytes(profile: SymbolColumns & SampleColumns): number {
  let bytes = 0;
  for (const column of Object.values(profile)) if (ArrayBuffer.isView(column)) bytes += column.byteLength;
  return bytes;
}

/** Memory of tables without what their columns have room for, in bytes, and of what numbers them anew. */
function compactBytes(tables: SymbolTables): number {
  const { stringCount, functionCount, locationCount, lineCount, stackCount } = tables;
  const last = stringCount - 1;
  const textBytes = (tables.stringStart[last] as number) + (tables.stringLength[last] as number);
  return textBytes + 16 * stringCount + 24 * functionCount + 29 * locationCount + 8 * lineCount + 16 * stackCount;
}

function isNotZero(lanes: Uint32Array, index: number): boolean {
  return ((lanes[2 * index] as number) | (lanes[2 * index + 1] as number)) !== 0;
}

/** Stacks leaf first, as pprof has them. */
function samplesOf(tables: SymbolTables, values: BigInt64Array, charge: (bytes: number) => void): SampleColumns {
  const { stackCount, stackParent } = tables;
  const lanes = lanesOf(values);
  const depth = new Uint32Array(stackCount);
  const sampled = new Uint32Array(stackCount);
  const stackStart = new Uint32Array(stackCount + 1);
  let sampleCount = 0;
  let locationCount = 0;
  for (let stack = 0; stack < stackCount; stack++) {
    if (stack > 0) depth[stack] = (depth[stackParent[stack] as number] as number) + 1;
    if (!isNotZero(lanes, stack)) continue;
    sampled[sampleCount] = stack;
    locationCount += depth[stack] as number;
    stackStart[++sampleCount] = locationCount;
  }
  // Stacks share their callers, samples do not: few stacks may be many locations.
  charge(4 * locationCount);
  const stackLocation = new Uint32Array(locationCount);
  const sampledValues = new BigInt64Array(sampleCount);
  for (let sample = 0, at = 0; sample < sampleCount; sample++) {
    const leaf = sampled[sample] as number;
    sampledValues[sample] = values[leaf] as bigint;
    for (let stack = leaf; stack !== 0; stack = stackParent[stack] as number) {
      stackLocation[at++] = tables.stackLocation[stack] as number;
    }
  }
  return { sampleCount, stackStart, stackLocation, sampleTypeCount: 1, values: sampledValues };
}
