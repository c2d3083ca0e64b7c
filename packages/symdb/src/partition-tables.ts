import { stackHashes } from "./content-hash.ts";
import { setLineage } from "./lineage.ts";
import type { StackTree } from "./stack-tree.ts";
import type { SymbolInterner } from "./symbol-interner.ts";
import type { SymbolTables } from "./symbol-tables.ts";

/**
 * The first elements of a partition's columns, which never change. Content hashes are made when they are asked for, which
 * takes a look at every symbol; a copy by spreading or cloning lacks them.
 */
export class PartitionTables implements SymbolTables {
  readonly stringBytes: Uint8Array;
  readonly stringCount: number;
  readonly stringStart: Uint32Array;
  readonly stringLength: Uint32Array;
  readonly functionCount: number;
  readonly functionName: Uint32Array;
  readonly functionSystemName: Uint32Array;
  readonly functionFilename: Uint32Array;
  readonly functionStartLine: Uint32Array;
  readonly mappingCount: number;
  readonly mappingStart: BigUint64Array;
  readonly mappingLimit: BigUint64Array;
  readonly mappingOffset: BigUint64Array;
  readonly mappingFilename: Uint32Array;
  readonly mappingBuildId: Uint32Array;
  readonly mappingFlags: Uint8Array;
  readonly locationCount: number;
  readonly locationMapping: Uint32Array;
  readonly locationAddressLow: Uint32Array;
  readonly locationAddressHigh: Uint32Array;
  readonly locationIsFolded: Uint8Array;
  readonly locationLineStart: Uint32Array;
  readonly lineCount: number;
  readonly lineFunction: Uint32Array;
  readonly lineNumber: Uint32Array;
  readonly stackCount: number;
  readonly stackParent: Uint32Array;
  readonly stackLocation: Uint32Array;
  #stackHash: BigUint64Array | undefined;

  constructor({ strings, functions, mappings, locations }: SymbolInterner, stacks: StackTree) {
    this.stringBytes = strings.bytes;
    this.stringCount = strings.count;
    this.stringStart = strings.start;
    this.stringLength = strings.length;
    this.functionCount = functions.count;
    this.functionName = functions.name;
    this.functionSystemName = functions.systemName;
    this.functionFilename = functions.filename;
    this.functionStartLine = functions.startLine;
    this.mappingCount = mappings.count;
    this.mappingStart = mappings.start;
    this.mappingLimit = mappings.limit;
    this.mappingOffset = mappings.offset;
    this.mappingFilename = mappings.filename;
    this.mappingBuildId = mappings.buildId;
    this.mappingFlags = mappings.flags;
    this.locationCount = locations.count;
    this.locationMapping = locations.mapping;
    this.locationAddressLow = locations.addressLow;
    this.locationAddressHigh = locations.addressHigh;
    this.locationIsFolded = locations.isFolded;
    this.locationLineStart = locations.lineStart;
    this.lineCount = locations.lineCount;
    this.lineFunction = locations.lineFunction;
    this.lineNumber = locations.lineNumber;
    this.stackCount = stacks.count;
    this.stackParent = stacks.parent;
    this.stackLocation = stacks.location;
    setLineage(this, stacks);
  }

  get stackHash(): BigUint64Array {
    this.#stackHash ??= stackHashes(this);
    return this.#stackHash;
  }
}
