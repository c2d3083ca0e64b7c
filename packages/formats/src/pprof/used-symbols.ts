import type { SampleColumns, SymbolColumns } from "@basalt/model";

/** Where each row goes: number + 1 in the written table, in the order of the source; 0 = not written. */
export interface UsedSymbols {
  readonly locations: Uint32Array;
  readonly functions: Uint32Array;
  readonly mappings: Uint32Array;
  /** Index in the written table; string 0 stays string 0. */
  readonly strings: Uint32Array;
}

/**
 * Finds the symbols that samples reach, and numbers them 1, 2, 3 … . The first mapping is always written: tools read it as
 * the program's own. `strings` names the indexes of strings that are needed beyond those of symbols.
 */
export function usedSymbols(columns: SymbolColumns & SampleColumns, strings: Iterable<number>): UsedSymbols {
  const locations = new Uint32Array(columns.locationCount);
  const functions = new Uint32Array(columns.functionCount);
  const mappings = new Uint32Array(columns.mappingCount);
  const texts = new Uint32Array(columns.stringCount);
  const frameCount = columns.stackStart[columns.sampleCount] ?? 0;
  for (let i = columns.stackStart[0] ?? 0; i < frameCount; i++) locations[columns.stackLocation[i] as number] = 1;
  markOfLocations(columns, { locations, functions, mappings, strings: texts });
  if (mappings.length > 0) mappings[0] = 1;
  for (const index of strings) texts[index] = 1;
  for (let i = 0; i < functions.length; i++) {
    if (functions[i] === 0) continue;
    texts[columns.functionName[i] as number] = 1;
    texts[columns.functionSystemName[i] as number] = 1;
    texts[columns.functionFilename[i] as number] = 1;
  }
  for (let i = 0; i < mappings.length; i++) {
    if (mappings[i] === 0) continue;
    texts[columns.mappingFilename[i] as number] = 1;
    texts[columns.mappingBuildId[i] as number] = 1;
  }
  number(locations);
  number(functions);
  number(mappings);
  texts[0] = 0;
  number(texts);
  return { locations, functions, mappings, strings: texts };
}

function markOfLocations(columns: SymbolColumns, used: UsedSymbols): void {
  const { locations, functions, mappings } = used;
  for (let i = 0; i < locations.length; i++) {
    if (locations[i] === 0) continue;
    const mapping = columns.locationMapping[i] as number;
    if (mapping !== 0) mappings[mapping - 1] = 1;
    const end = columns.locationLineStart[i + 1] as number;
    for (let j = columns.locationLineStart[i] as number; j < end; j++) {
      const called = columns.lineFunction[j] as number;
      if (called !== 0) functions[called - 1] = 1;
    }
  }
}

/** Turns marks into numbers from 1 on. */
function number(marks: Uint32Array): void {
  let count = 0;
  for (let i = 0; i < marks.length; i++) if (marks[i] !== 0) marks[i] = ++count;
}
