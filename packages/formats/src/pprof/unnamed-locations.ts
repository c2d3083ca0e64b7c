import type { ProfileColumns, SymbolColumns } from "@basalt/model";
import { withRoom } from "./columns.ts";
import { StringAppender } from "./string-appender.ts";

/**
 * Names what has no name: a location without lines, and a line without a function, get the function `binary+0xaddress`, where
 * `binary` is the last part of the mapping's file name, or `unknown`. Afterwards every location has a line and every line a
 * function. A profile that has them already is given back as it is.
 */
export function nameLocations(columns: ProfileColumns): ProfileColumns {
  const { locationCount, lineCount, locationLineStart, lineFunction } = columns;
  let lineless = 0;
  for (let i = 0; i < locationCount; i++) if (locationLineStart[i + 1] === locationLineStart[i]) lineless++;
  let nameless = 0;
  for (let i = 0; i < lineCount; i++) if (lineFunction[i] === 0) nameless++;
  if (lineless === 0 && nameless === 0) return columns;
  return new LocationNamer(columns, lineless, nameless).run();
}

/** Lines and functions with the missing ones put in. */
class LocationNamer {
  private readonly columns: ProfileColumns;
  private readonly strings: StringAppender;
  private readonly functionName: Uint32Array;
  private readonly functionSystemName: Uint32Array;
  private functionCount: number;
  private readonly lineStart: Uint32Array;
  private readonly lineFunction: Uint32Array;
  private readonly lineNumber: Uint32Array;
  private lineCount = 0;
  /** Names of the mappings' files, by index of the string. */
  private readonly binaries = new Map<number, Uint8Array>();

  constructor(columns: ProfileColumns, lineless: number, nameless: number) {
    this.columns = columns;
    this.strings = new StringAppender(columns);
    this.functionCount = columns.functionCount;
    this.functionName = withRoom(columns.functionName, columns.functionCount, lineless + nameless);
    this.functionSystemName = withRoom(columns.functionSystemName, columns.functionCount, lineless + nameless);
    this.lineStart = new Uint32Array(columns.locationCount + 1);
    this.lineFunction = new Uint32Array(columns.lineCount + lineless);
    this.lineNumber = new Uint32Array(columns.lineCount + lineless);
  }

  run(): ProfileColumns {
    const { columns } = this;
    for (let location = 0; location < columns.locationCount; location++) this.copyLines(location);
    const more = this.functionCount - columns.functionCount;
    return {
      ...columns,
      ...this.strings.finish(),
      functionCount: this.functionCount,
      functionName: this.functionName,
      functionSystemName: this.functionSystemName,
      functionFilename: withRoom(columns.functionFilename, columns.functionCount, more),
      functionStartLine: withRoom(columns.functionStartLine, columns.functionCount, more),
      locationLineStart: this.lineStart,
      lineCount: this.lineCount,
      lineFunction: this.lineFunction,
      lineNumber: this.lineNumber,
    };
  }

  private copyLines(location: number): void {
    const { locationLineStart, lineFunction, lineNumber } = this.columns;
    const end = locationLineStart[location + 1] ?? 0;
    let name = 0;
    for (let i = locationLineStart[location] ?? 0; i < end; i++) {
      const called = lineFunction[i] ?? 0;
      if (called === 0 && name === 0) name = this.addFunction(location);
      this.addLine(called === 0 ? name : called, lineNumber[i] ?? 0);
    }
    if (this.lineCount === this.lineStart[location]) this.addLine(this.addFunction(location), 0);
    this.lineStart[location + 1] = this.lineCount;
  }

  private addLine(called: number, line: number): void {
    this.lineFunction[this.lineCount] = called;
    this.lineNumber[this.lineCount++] = line;
  }

  /** Adds the function of an unnamed location; gives its index plus 1. */
  private addFunction(location: number): number {
    const address = `+0x${hexAddress(this.columns, location)}`;
    const string = this.strings.add(this.binaryOf(location), utf8.encode(address));
    this.functionName[this.functionCount] = string;
    this.functionSystemName[this.functionCount] = string;
    return ++this.functionCount;
  }

  private binaryOf(location: number): Uint8Array {
    const mapping = this.columns.locationMapping[location] ?? 0;
    const file = mapping === 0 ? 0 : (this.columns.mappingFilename[mapping - 1] ?? 0);
    let binary = this.binaries.get(file);
    if (binary === undefined) {
      const name = this.strings.bytesOf(file);
      const last = name.subarray(Math.max(name.lastIndexOf(slash), name.lastIndexOf(backslash)) + 1);
      binary = last.length === 0 ? unknownBinary : last.slice();
      this.binaries.set(file, binary);
    }
    return binary;
  }
}

const utf8 = new TextEncoder();
const unknownBinary = utf8.encode("unknown");
const slash = 0x2f;
const backslash = 0x5c;

function hexAddress(symbols: SymbolColumns, location: number): string {
  const low = (symbols.locationAddressLow[location] ?? 0).toString(16);
  const high = symbols.locationAddressHigh[location] ?? 0;
  return high === 0 ? low : high.toString(16) + low.padStart(8, "0");
}
