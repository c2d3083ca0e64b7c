import { stringAt } from "@basalt/model";
import type { SymbolTables } from "@basalt/symdb";

/** The frame that an empty stack gets, so that its value is seen. */
export const noStackName = "[no stack]";

/** Names of a partition's functions and of its locations without lines, each decoded once. */
export class FrameNames {
  private readonly symbols: SymbolTables;
  private readonly byFunction: (string | undefined)[] = [];
  private readonly byLocation = new Map<number, string>();

  constructor(symbols: SymbolTables) {
    this.symbols = symbols;
  }

  /** Name of a function. */
  ofFunction(functionIndex: number): string {
    let name = this.byFunction[functionIndex];
    if (name === undefined) {
      name = stringAt(this.symbols, this.symbols.functionName[functionIndex] ?? 0);
      this.byFunction[functionIndex] = name;
    }
    return name;
  }

  /** Name of the function of a line; empty if it has none. */
  ofLine(line: number): string {
    const functionPlusOne = this.symbols.lineFunction[line] ?? 0;
    return functionPlusOne === 0 ? "" : this.ofFunction(functionPlusOne - 1);
  }

  /** File of a function. */
  fileOfFunction(functionIndex: number): string {
    return stringAt(this.symbols, this.symbols.functionFilename[functionIndex] ?? 0);
  }

  /** Name of a location without lines: `binary+0xaddress`. */
  ofLocation(location: number): string {
    let name = this.byLocation.get(location);
    if (name === undefined) {
      name = addressName(this.symbols, location);
      this.byLocation.set(location, name);
    }
    return name;
  }
}

function addressName(symbols: SymbolTables, location: number): string {
  const mapping = symbols.locationMapping[location] ?? 0;
  const path = mapping === 0 ? "" : stringAt(symbols, symbols.mappingFilename[mapping - 1] ?? 0);
  const low = BigInt(symbols.locationAddressLow[location] ?? 0);
  const address = (BigInt(symbols.locationAddressHigh[location] ?? 0) << 32n) | low;
  return `${path.slice(path.lastIndexOf("/") + 1)}+0x${address.toString(16)}`;
}

const cache = new WeakMap<SymbolTables, FrameNames>();

/** The names of a partition; kept as long as its tables are. */
export function frameNamesOf(symbols: SymbolTables): FrameNames {
  let names = cache.get(symbols);
  if (names === undefined) {
    names = new FrameNames(symbols);
    cache.set(symbols, names);
  }
  return names;
}
