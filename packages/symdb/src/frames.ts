import { stringAt } from "@basalt/model";
import type { PathTables } from "./path-tables.ts";

/** The frame of samples without any stack. Pushed profiles have it as a function already. */
export const noStackName = "[no stack]";

/** What locations are named by. */
export type LocationTables = Pick<
  PathTables,
  | "stringBytes"
  | "stringStart"
  | "stringLength"
  | "functionName"
  | "locationLineStart"
  | "lineFunction"
  | "locationMapping"
  | "locationAddressLow"
  | "locationAddressHigh"
  | "mappingFilename"
>;

/** What a location without functions is called: `binary+0xaddr`, with the last part of the mapping's file name. */
export function unsymbolisedName(tables: LocationTables, location: number): string {
  const mapping = tables.locationMapping[location] as number;
  const path = mapping === 0 ? "" : stringAt(tables, tables.mappingFilename[mapping - 1] as number);
  const binary = path.slice(path.lastIndexOf("/") + 1) || "unknown";
  const high = BigInt(tables.locationAddressHigh[location] as number);
  const address = (high << 32n) | BigInt(tables.locationAddressLow[location] as number);
  return `${binary}+0x${address.toString(16)}`;
}

/**
 * The functions of a location, callers before callees, that is from the last line to the first. Lines without a function
 * are left out; a location without any is only an address.
 */
export function functionsOfLocation(tables: LocationTables, location: number): number[] {
  const first = tables.locationLineStart[location] as number;
  const functions: number[] = [];
  for (let line = (tables.locationLineStart[location + 1] as number) - 1; line >= first; line--) {
    const callee = tables.lineFunction[line] as number;
    if (callee !== 0) functions.push(callee - 1);
  }
  return functions;
}
