import type { SymbolTables } from "./symbol-tables.ts";
import { textsOf } from "./symbol-texts.ts";

/** The frame of samples without any stack. Pushed profiles have it as a function already. */
export const noStackName = "[no stack]";

/** One function of a stack. */
export interface Frame {
  readonly name: string;
  readonly file: string;
}

/** A function of the tables. Its texts are decoded once for all queries. */
export function frameOfFunction(tables: SymbolTables, index: number): Frame {
  const texts = textsOf(tables);
  return {
    name: texts.textOf(tables, tables.functionName[index] as number),
    file: texts.textOf(tables, tables.functionFilename[index] as number),
  };
}

/** What a location without functions is called: `binary+0xaddr`, with the last part of the mapping's file name. */
export function frameOfAddress(tables: SymbolTables, location: number): Frame {
  const mapping = tables.locationMapping[location] as number;
  const path = mapping === 0 ? "" : textsOf(tables).textOf(tables, tables.mappingFilename[mapping - 1] as number);
  const binary = path.slice(path.lastIndexOf("/") + 1) || "unknown";
  const high = BigInt(tables.locationAddressHigh[location] as number);
  const address = (high << 32n) | BigInt(tables.locationAddressLow[location] as number);
  return { name: `${binary}+0x${address.toString(16)}`, file: "" };
}

/**
 * The functions of a location as numbers plus one, callers before callees, that is from the last line to the first.
 * Lines without a function are left out; a location without any is only an address.
 */
export function functionsOfLocation(tables: SymbolTables, location: number): number[] {
  const first = tables.locationLineStart[location] as number;
  const functions: number[] = [];
  for (let line = (tables.locationLineStart[location + 1] as number) - 1; line >= first; line--) {
    const callee = tables.lineFunction[line] as number;
    if (callee !== 0) functions.push(callee);
  }
  return functions;
}
