import type { SymbolColumns } from "@basalt/model";
import { murmur3 } from "@basalt/model";
import type { SymbolTables } from "./symbol-tables.ts";

/** Seeds of the high and the low lane; with them a string's hash is `hash64` of the model. */
const laneSeeds = { high: 0x9e3779b9, low: 0x51ed270b } as const;

/**
 * The content hash of every stack: docs/formats/symbols.md. Two lanes of 32 bits, made apart; each lane of a thing is
 * MurmurHash3 (x86, 32 bits) over 32-bit words: lanes of what it refers to, and its own numbers.
 */
export function stackHashes(tables: Omit<SymbolTables, "stackHash">): BigUint64Array {
  const hashes = new BigUint64Array(tables.stackCount);
  const lanes = new Uint32Array(hashes.buffer);
  for (const [half, seed] of [laneSeeds.low, laneSeeds.high].entries()) {
    const locationLane = locationLanes(tables, seed);
    const { stackParent, stackLocation } = tables;
    for (let stack = 1; stack < tables.stackCount; stack++) {
      const parentLane = lanes[2 * (stackParent[stack] as number) + half] as number;
      const hash = mix(mix(seed, parentLane), locationLane[stackLocation[stack] as number] as number);
      lanes[2 * stack + half] = finish(hash, 2);
    }
  }
  return hashes;
}

function locationLanes(symbols: SymbolColumns, seed: number): Uint32Array {
  const stringLane = stringLanes(symbols, seed);
  const functionLane = functionLanes(symbols, stringLane, seed);
  const lanes = new Uint32Array(symbols.locationCount);
  for (let i = 0; i < lanes.length; i++) {
    const mapping = symbols.locationMapping[i] as number;
    let hash = mix(seed, mapping === 0 ? 0 : (stringLane[symbols.mappingFilename[mapping - 1] as number] as number));
    hash = mix(hash, mapping === 0 ? 0 : (stringLane[symbols.mappingBuildId[mapping - 1] as number] as number));
    hash = mix(hash, symbols.locationAddressLow[i] as number);
    hash = mix(hash, symbols.locationAddressHigh[i] as number);
    hash = mix(hash, symbols.locationIsFolded[i] as number);
    const start = symbols.locationLineStart[i] as number;
    const end = symbols.locationLineStart[i + 1] as number;
    for (let line = start; line < end; line++) {
      const callee = symbols.lineFunction[line] as number;
      hash = mix(hash, callee === 0 ? 0 : (functionLane[callee - 1] as number));
      hash = mix(hash, symbols.lineNumber[line] as number);
    }
    lanes[i] = finish(hash, 5 + 2 * (end - start));
  }
  return lanes;
}

function functionLanes(symbols: SymbolColumns, stringLane: Uint32Array, seed: number): Uint32Array {
  const lanes = new Uint32Array(symbols.functionCount);
  for (let i = 0; i < lanes.length; i++) {
    let hash = mix(seed, stringLane[symbols.functionName[i] as number] as number);
    hash = mix(hash, stringLane[symbols.functionSystemName[i] as number] as number);
    hash = mix(hash, stringLane[symbols.functionFilename[i] as number] as number);
    lanes[i] = finish(mix(hash, symbols.functionStartLine[i] as number), 4);
  }
  return lanes;
}

function stringLanes(symbols: SymbolColumns, seed: number): Uint32Array {
  const lanes = new Uint32Array(symbols.stringCount);
  for (let i = 0; i < lanes.length; i++) {
    const start = symbols.stringStart[i] as number;
    lanes[i] = murmur3(symbols.stringBytes.subarray(start, start + (symbols.stringLength[i] as number)), seed);
  }
  return lanes;
}

/** One word of MurmurHash3. */
function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The end of MurmurHash3 after some words of 4 bytes. */
function finish(hash: number, words: number): number {
  let mixed = hash ^ (words * 4);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
