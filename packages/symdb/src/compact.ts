import { assert } from "@basalt/model";
import { stackHashes } from "./content-hash.ts";
import type { SymbolTables } from "./symbol-tables.ts";

/** Dense tables, and where stacks went. */
export interface CompactTables {
  readonly tables: SymbolTables;
  /** New id of each old stack; 0 for stacks that are not there any more. */
  readonly stackRemap: Uint32Array;
}

/** Marks with 1 the given stacks, all stacks that they are built on, and the empty one. The given marks stay as they are. */
export function withParents(
  tables: Pick<SymbolTables, "stackCount" | "stackParent">,
  referenced: Uint8Array,
): Uint8Array {
  const { stackCount, stackParent } = tables;
  const marks = new Uint8Array(stackCount);
  marks.set(referenced.subarray(0, stackCount));
  for (let stack = stackCount - 1; stack > 0; stack--) if (marks[stack] === 1) marks[stackParent[stack] as number] = 1;
  marks[0] = 1;
  return marks;
}

/**
 * Only what the marked stacks need, in the order that blocks keep. Mark exactly the stacks that rows hold: first come the
 * stacks that others which no row holds are built on, as a depth-first walk meets them, then all others, in the order of
 * their old ids, that is of their first sight. So the stacks of a profile mostly have ids that count up by one, and the
 * ids of rows take a quarter of what they take in the order of one walk (docs/adr/0031).
 * Locations, then lines, functions, mappings and strings come in the order of their first use.
 */
export function compactTables(tables: SymbolTables, referenced: Uint8Array): CompactTables {
  assert(referenced.length >= tables.stackCount, "every stack is marked or not");
  const { stackRemap, oldStack } = orderStacks(tables, referenced);
  const stackCount = oldStack.length;
  const stackParent = new Uint32Array(stackCount);
  const stackLocation = new Uint32Array(stackCount);
  const locations = new FirstUse(tables.locationCount);
  for (let stack = 1; stack < stackCount; stack++) {
    const old = oldStack[stack] as number;
    stackParent[stack] = stackRemap[tables.stackParent[old] as number] as number;
    stackLocation[stack] = locations.numberOf(tables.stackLocation[old] as number);
  }
  const withoutHash = { ...compactSymbols(tables, locations), stackCount, stackParent, stackLocation };
  return { tables: { ...withoutHash, stackHash: stackHashes(withoutHash) }, stackRemap };
}

interface StackOrder {
  /** New id by old id; 0 for stacks that go. */
  readonly stackRemap: Uint32Array;
  /** Old id by new id. */
  readonly oldStack: Uint32Array;
}

function orderStacks(tables: SymbolTables, referenced: Uint8Array): StackOrder {
  const { stackCount } = tables;
  const isKept = withParents(tables, referenced);
  const isLate = stacksAtTheEnd(tables, referenced, isKept);
  const stackRemap = new Uint32Array(stackCount);
  let place = walkDepthFirst(tables, isKept, isLate, stackRemap);
  for (let stack = 1; stack < stackCount; stack++) if (isLate[stack] === 1) stackRemap[stack] = place++;
  const oldStack = new Uint32Array(place);
  for (let stack = 1; stack < stackCount; stack++) {
    if (isKept[stack] === 1) oldStack[stackRemap[stack] as number] = stack;
  }
  return { stackRemap, oldStack };
}

/** Marks the referenced stacks that none but referenced ones are built on: what is built on them can follow them. */
function stacksAtTheEnd(tables: SymbolTables, referenced: Uint8Array, isKept: Uint8Array): Uint8Array {
  const { stackCount, stackParent } = tables;
  const isLate = referenced.slice(0, stackCount);
  for (let stack = stackCount - 1; stack > 0; stack--) {
    if (isKept[stack] === 1 && isLate[stack] === 0) isLate[stackParent[stack] as number] = 0;
  }
  isLate[0] = 0;
  return isLate;
}

/**
 * Numbers the other stacks from 1 on: one's place is behind its parent and the subtrees of the siblings before it, which
 * subtree sizes give in two passes. Gives the next free number.
 */
function walkDepthFirst(tables: SymbolTables, isKept: Uint8Array, isLate: Uint8Array, stackRemap: Uint32Array): number {
  const { stackCount, stackParent } = tables;
  const size = new Uint32Array(stackCount);
  for (let stack = stackCount - 1; stack > 0; stack--) {
    if (isKept[stack] === 0 || isLate[stack] === 1) continue;
    const parent = stackParent[stack] as number;
    size[stack] = (size[stack] as number) + 1;
    size[parent] = (size[parent] as number) + (size[stack] as number);
  }
  const nextPlace = new Uint32Array(stackCount);
  nextPlace[0] = 1;
  for (let stack = 1; stack < stackCount; stack++) {
    if (isKept[stack] === 0 || isLate[stack] === 1) continue;
    const parent = stackParent[stack] as number;
    const place = nextPlace[parent] as number;
    stackRemap[stack] = place;
    nextPlace[stack] = place + 1;
    nextPlace[parent] = place + (size[stack] as number);
  }
  return (size[0] as number) + 1;
}

/** Gives new numbers in the order of first use. */
class FirstUse {
  /** New number plus one; 0 = unused. */
  readonly #newNumber: Uint32Array;
  readonly #oldNumbers: Uint32Array;
  #count = 0;

  constructor(oldCount: number) {
    this.#newNumber = new Uint32Array(oldCount);
    this.#oldNumbers = new Uint32Array(oldCount);
  }

  numberOf(old: number): number {
    const known = this.#newNumber[old] as number;
    if (known !== 0) return known - 1;
    const number = this.#count++;
    this.#newNumber[old] = number + 1;
    this.#oldNumbers[number] = old;
    return number;
  }

  /** As {@link numberOf}, of references that are a number plus one, 0 = none. */
  referenceOf(old: number): number {
    return old === 0 ? 0 : this.numberOf(old - 1) + 1;
  }

  /** Old numbers in the order of the new ones. */
  used(): Uint32Array {
    return this.#oldNumbers.subarray(0, this.#count);
  }
}

type Symbols = Omit<SymbolTables, "stackCount" | "stackParent" | "stackLocation" | "stackHash">;

function compactSymbols(tables: SymbolTables, locations: FirstUse): Symbols {
  const functions = new FirstUse(tables.functionCount);
  const mappings = new FirstUse(tables.mappingCount);
  const strings = new FirstUse(tables.stringCount);
  strings.numberOf(0);
  const locationColumns = pickLocations(tables, locations.used(), { functions, mappings });
  const functionColumns = pickFunctions(tables, functions.used(), strings);
  const mappingColumns = pickMappings(tables, mappings.used(), strings);
  return { ...locationColumns, ...functionColumns, ...mappingColumns, ...pickStrings(tables, strings.used()) };
}

type LocationColumns = Pick<
  SymbolTables,
  | "locationCount"
  | "locationMapping"
  | "locationAddressLow"
  | "locationAddressHigh"
  | "locationIsFolded"
  | "locationLineStart"
  | "lineCount"
  | "lineFunction"
  | "lineNumber"
>;

function pickLocations(
  tables: SymbolTables,
  old: Uint32Array,
  users: { readonly functions: FirstUse; readonly mappings: FirstUse },
): LocationColumns {
  const locationLineStart = new Uint32Array(old.length + 1);
  for (const [i, location] of old.entries()) {
    const count = (tables.locationLineStart[location + 1] as number) - (tables.locationLineStart[location] as number);
    locationLineStart[i + 1] = (locationLineStart[i] as number) + count;
  }
  const lineCount = locationLineStart[old.length] as number;
  const lineFunction = new Uint32Array(lineCount);
  const lineNumber = new Uint32Array(lineCount);
  for (const [i, location] of old.entries()) {
    const first = locationLineStart[i] as number;
    const oldFirst = tables.locationLineStart[location] as number;
    for (let line = first; line < (locationLineStart[i + 1] as number); line++) {
      lineFunction[line] = users.functions.referenceOf(tables.lineFunction[oldFirst + line - first] as number);
      lineNumber[line] = tables.lineNumber[oldFirst + line - first] as number;
    }
  }
  return {
    locationCount: old.length,
    locationMapping: old.map((location) => users.mappings.referenceOf(tables.locationMapping[location] as number)),
    locationAddressLow: old.map((location) => tables.locationAddressLow[location] as number),
    locationAddressHigh: old.map((location) => tables.locationAddressHigh[location] as number),
    locationIsFolded: Uint8Array.from(old, (location) => tables.locationIsFolded[location] as number),
    locationLineStart,
    lineCount,
    lineFunction,
    lineNumber,
  };
}

type FunctionColumns = Pick<
  SymbolTables,
  "functionCount" | "functionName" | "functionSystemName" | "functionFilename" | "functionStartLine"
>;

function pickFunctions(tables: SymbolTables, old: Uint32Array, strings: FirstUse): FunctionColumns {
  const functionName = new Uint32Array(old.length);
  const functionSystemName = new Uint32Array(old.length);
  const functionFilename = new Uint32Array(old.length);
  for (const [i, callee] of old.entries()) {
    functionName[i] = strings.numberOf(tables.functionName[callee] as number);
    functionSystemName[i] = strings.numberOf(tables.functionSystemName[callee] as number);
    functionFilename[i] = strings.numberOf(tables.functionFilename[callee] as number);
  }
  const functionStartLine = old.map((callee) => tables.functionStartLine[callee] as number);
  return { functionCount: old.length, functionName, functionSystemName, functionFilename, functionStartLine };
}

type MappingColumns = Pick<
  SymbolTables,
  | "mappingCount"
  | "mappingStart"
  | "mappingLimit"
  | "mappingOffset"
  | "mappingFilename"
  | "mappingBuildId"
  | "mappingFlags"
>;

function pickMappings(tables: SymbolTables, old: Uint32Array, strings: FirstUse): MappingColumns {
  const each = Array.from(old);
  return {
    mappingCount: old.length,
    mappingStart: BigUint64Array.from(each.map((mapping) => tables.mappingStart[mapping] as bigint)),
    mappingLimit: BigUint64Array.from(each.map((mapping) => tables.mappingLimit[mapping] as bigint)),
    mappingOffset: BigUint64Array.from(each.map((mapping) => tables.mappingOffset[mapping] as bigint)),
    mappingFilename: old.map((mapping) => strings.numberOf(tables.mappingFilename[mapping] as number)),
    mappingBuildId: old.map((mapping) => strings.numberOf(tables.mappingBuildId[mapping] as number)),
    mappingFlags: Uint8Array.from(each, (mapping) => tables.mappingFlags[mapping] as number),
  };
}

type StringColumns = Pick<SymbolTables, "stringBytes" | "stringCount" | "stringStart" | "stringLength">;

function pickStrings(tables: SymbolTables, old: Uint32Array): StringColumns {
  const stringLength = old.map((string) => tables.stringLength[string] as number);
  const stringStart = new Uint32Array(old.length);
  let byteCount = 0;
  for (let i = 0; i < old.length; i++) {
    stringStart[i] = byteCount;
    byteCount += stringLength[i] as number;
  }
  const stringBytes = new Uint8Array(byteCount);
  for (const [i, string] of old.entries()) {
    const oldStart = tables.stringStart[string] as number;
    const bytes = tables.stringBytes.subarray(oldStart, oldStart + (stringLength[i] as number));
    stringBytes.set(bytes, stringStart[i] as number);
  }
  return { stringBytes, stringCount: old.length, stringStart, stringLength };
}
