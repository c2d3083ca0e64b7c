import type { SymbolsPlace } from "../format/symdb-index.ts";
import type { BucketFile } from "./bucket-file.ts";
import type { SymbolParts } from "./symbol-parts.ts";

export function readSymbolBlocks(
  _file: BucketFile,
  _place: Extract<SymbolsPlace, { kind: "blocks" }>,
): Promise<SymbolParts> {
  throw new Error("not yet");
}
