import type { SymbolColumns } from "@basalt/model";
import { grownUint32 } from "./grow.ts";
import { InternedFunctions } from "./interned-functions.ts";
import { InternedLocations, LocationRecord } from "./interned-locations.ts";
import { InternedMappings } from "./interned-mappings.ts";
import { InternedStrings } from "./interned-strings.ts";

/** The bit of `mappingFlags` that says: this binary's addresses were turned into functions. */
const hasFunctions = 1;

/** Number here plus one of each thing of a source; 0 = not looked up yet. It is reused source after source. */
class Lookup {
  numbers: Uint32Array = new Uint32Array(64);

  reset(count: number): void {
    this.numbers = grownUint32(this.numbers, count);
    this.numbers.fill(0, 0, count);
  }
}

/** Symbols that are being interned. */
export interface SymbolReading {
  readonly columns: SymbolColumns;
  /** Over `columns.stringBytes`. */
  readonly view: DataView;
  /** By location of the source: its number here plus one, or 0 if {@link SymbolInterner.location} was not asked yet. */
  readonly locationOf: Uint32Array;
}

/**
 * Strings, functions, mappings and locations of many sources, each once. What a location refers to is interned when the
 * location is first asked for, so what no stack refers to is not held.
 */
export class SymbolInterner {
  readonly strings: InternedStrings;
  readonly functions: InternedFunctions;
  readonly mappings: InternedMappings;
  readonly locations: InternedLocations;
  readonly #record = new LocationRecord();
  readonly #stringOf = new Lookup();
  readonly #functionOf = new Lookup();
  readonly #mappingOf = new Lookup();
  readonly #locationOf = new Lookup();

  constructor(seed: number) {
    this.strings = new InternedStrings(seed);
    this.functions = new InternedFunctions(seed);
    this.mappings = new InternedMappings(seed);
    this.locations = new InternedLocations(seed);
  }

  get byteLength(): number {
    const lookups = [this.#stringOf, this.#functionOf, this.#mappingOf, this.#locationOf];
    return (
      this.strings.byteLength +
      this.functions.byteLength +
      this.mappings.byteLength +
      this.locations.byteLength +
      lookups.reduce((sum, lookup) => sum + lookup.numbers.byteLength, 0)
    );
  }

  /** Begins a source; the one before ends. */
  read(columns: SymbolColumns): SymbolReading {
    this.#stringOf.reset(columns.stringCount);
    this.#functionOf.reset(columns.functionCount);
    this.#mappingOf.reset(columns.mappingCount);
    this.#locationOf.reset(columns.locationCount);
    const { buffer, byteOffset, byteLength } = columns.stringBytes;
    return { columns, view: new DataView(buffer, byteOffset, byteLength), locationOf: this.#locationOf.numbers };
  }

  /**
   * The number here, plus one, of a location of the source. Addresses are dropped where the mapping's were all turned
   * into functions: they differ from one start of a program to the next and say nothing more.
   */
  location(reading: SymbolReading, index: number): number {
    const known = reading.locationOf[index] as number;
    if (known !== 0) return known;
    const { columns } = reading;
    const record = this.#record;
    const lineStart = columns.locationLineStart[index] as number;
    record.lineCount = (columns.locationLineStart[index + 1] as number) - lineStart;
    record.reserve(record.lineCount);
    const { lines } = record;
    for (let i = 0; i < record.lineCount; i++) {
      const callee = columns.lineFunction[lineStart + i] as number;
      lines[2 * i] = callee === 0 ? 0 : this.#function(reading, callee - 1);
      lines[2 * i + 1] = columns.lineNumber[lineStart + i] as number;
    }
    const mapping = columns.locationMapping[index] as number;
    const isSymbolised =
      mapping !== 0 && record.lineCount > 0 && ((columns.mappingFlags[mapping - 1] as number) & hasFunctions) !== 0;
    record.mapping = mapping === 0 ? 0 : this.#mapping(reading, mapping - 1);
    record.addressLow = isSymbolised ? 0 : (columns.locationAddressLow[index] as number);
    record.addressHigh = isSymbolised ? 0 : (columns.locationAddressHigh[index] as number);
    record.isFolded = columns.locationIsFolded[index] as number;
    const number = this.locations.intern(record) + 1;
    reading.locationOf[index] = number;
    return number;
  }

  /** Number plus one. */
  #function(reading: SymbolReading, index: number): number {
    const known = this.#functionOf.numbers[index] as number;
    if (known !== 0) return known;
    const { columns } = reading;
    const number =
      this.functions.intern(
        this.#string(reading, columns.functionName[index] as number),
        this.#string(reading, columns.functionSystemName[index] as number),
        this.#string(reading, columns.functionFilename[index] as number),
        columns.functionStartLine[index] as number,
      ) + 1;
    this.#functionOf.numbers[index] = number;
    return number;
  }

  /** Number plus one. Where addresses are dropped, so is the place of the mapping in memory, for the same reason. */
  #mapping(reading: SymbolReading, index: number): number {
    const known = this.#mappingOf.numbers[index] as number;
    if (known !== 0) return known;
    const { columns } = reading;
    const flags = columns.mappingFlags[index] as number;
    const isSymbolised = (flags & hasFunctions) !== 0;
    const number =
      this.mappings.intern({
        start: isSymbolised ? 0n : (columns.mappingStart[index] as bigint),
        limit: isSymbolised ? 0n : (columns.mappingLimit[index] as bigint),
        offset: isSymbolised ? 0n : (columns.mappingOffset[index] as bigint),
        filename: this.#string(reading, columns.mappingFilename[index] as number),
        buildId: this.#string(reading, columns.mappingBuildId[index] as number),
        flags,
      }) + 1;
    this.#mappingOf.numbers[index] = number;
    return number;
  }

  /** Number, without one more. */
  #string(reading: SymbolReading, index: number): number {
    const known = this.#stringOf.numbers[index] as number;
    if (known !== 0) return known - 1;
    const { columns, view } = reading;
    const number = this.strings.intern(
      view,
      columns.stringStart[index] as number,
      columns.stringLength[index] as number,
    );
    this.#stringOf.numbers[index] = number + 1;
    return number;
  }
}
