import { readRanges } from "@basalt/parquet";
import { corrupt } from "../format/corrupt.ts";
import {
  decodeFunctions,
  decodeLocations,
  decodeMappings,
  decodeStrings,
  decodeSymbolBlocks,
} from "../format/symbol-blocks.ts";
import type { SymbolParts } from "../format/symbol-parts.ts";
import type { SymbolsPlace } from "../format/symdb-index.ts";
import type { BucketFile } from "./bucket-file.ts";

/** The symbols of one partition of a format 3 file. @throws BasaltError `block_corrupt`. */
export async function readSymbolBlocks(
  file: BucketFile,
  place: Extract<SymbolsPlace, { kind: "blocks" }>,
): Promise<SymbolParts> {
  const { locations, mappings, functions, strings } = place;
  const size = await file.size();
  const ranges = [locations, mappings, functions, strings];
  for (const { offset, length } of ranges) {
    if (offset + length > size) throw corrupt(file.key, `ends before ${offset + length}`);
  }
  const [locationBytes, mappingBytes, functionBytes, stringBytes] = await readRanges(file, ranges);
  const none = new Uint8Array();
  return {
    strings: decodeSymbolBlocks(stringBytes ?? none, strings, decodeStrings),
    functions: decodeSymbolBlocks(functionBytes ?? none, functions, decodeFunctions),
    mappings: decodeSymbolBlocks(mappingBytes ?? none, mappings, decodeMappings),
    locations: decodeSymbolBlocks(locationBytes ?? none, locations, decodeLocations),
  };
}
