import type { UnixNano } from "./time.ts";

/**
 * The symbols of one profile as columns. Every reference is an index, never an outside id, and every index is in range:
 * who makes such a value checks that. String 0 is the empty string.
 *
 * Arrays may be longer than their count: makers reuse them, so a value is valid until its maker makes the next one.
 */
export interface SymbolColumns {
  /** Holds every string as UTF-8. */
  readonly stringBytes: Uint8Array;
  readonly stringCount: number;
  readonly stringStart: Uint32Array;
  readonly stringLength: Uint32Array;

  readonly functionCount: number;
  /** Indexes of strings. */
  readonly functionName: Uint32Array;
  readonly functionSystemName: Uint32Array;
  readonly functionFilename: Uint32Array;
  /** Line, 0 = unknown; what does not fit in 31 bits is 0. */
  readonly functionStartLine: Uint32Array;

  readonly mappingCount: number;
  readonly mappingStart: BigUint64Array;
  readonly mappingLimit: BigUint64Array;
  readonly mappingOffset: BigUint64Array;
  /** Indexes of strings. */
  readonly mappingFilename: Uint32Array;
  readonly mappingBuildId: Uint32Array;
  /** Bits: 1 has functions, 2 has filenames, 4 has line numbers, 8 has inline frames. */
  readonly mappingFlags: Uint8Array;

  readonly locationCount: number;
  /** Index of a mapping plus 1; 0 = none. */
  readonly locationMapping: Uint32Array;
  /** Low and high 32 bits of the address. */
  readonly locationAddressLow: Uint32Array;
  readonly locationAddressHigh: Uint32Array;
  readonly locationIsFolded: Uint8Array;
  /** Lines of location i are [start[i], start[i+1]); the last line is the caller of those before it. */
  readonly locationLineStart: Uint32Array;

  readonly lineCount: number;
  /** Index of a function plus 1; 0 = none. */
  readonly lineFunction: Uint32Array;
  /** Line number, 0 = unknown; what does not fit in 31 bits is 0. */
  readonly lineNumber: Uint32Array;
}

/** Stacks and values of one profile as columns. */
export interface SampleColumns {
  readonly sampleCount: number;
  /** Stack of sample i is stackLocation[start[i] .. start[i+1]), leaf first; it may be empty. */
  readonly stackStart: Uint32Array;
  /** Indexes of locations. */
  readonly stackLocation: Uint32Array;
  /** Columns of values. */
  readonly sampleTypeCount: number;
  /** Value of type t of sample i at [i * sampleTypeCount + t]. A BigInt64Array as soon as one value passes ±2^53. */
  readonly values: Float64Array | BigInt64Array;
}

/** One decoded profile of any format: symbols, samples, sample labels and header. */
export interface ProfileColumns extends SymbolColumns, SampleColumns {
  /** Indexes of strings, one per sample type. */
  readonly sampleTypeName: Uint32Array;
  readonly sampleTypeUnit: Uint32Array;
  /** Indexes of strings. */
  readonly periodTypeName: number;
  readonly periodTypeUnit: number;
  readonly period: bigint;
  /** 0 = not given. */
  readonly timeNanos: UnixNano;
  readonly durationNanos: bigint;
  /** Index of a string. */
  readonly defaultSampleType: number;

  readonly sampleLabelCount: number;
  /** Text labels of sample i are [start[i], start[i+1]); numeric labels are left out. */
  readonly sampleLabelStart: Uint32Array;
  /** Indexes of strings. */
  readonly sampleLabelKey: Uint32Array;
  readonly sampleLabelValue: Uint32Array;
}

/** The text of one string. */
export function stringAt(
  symbols: Pick<SymbolColumns, "stringBytes" | "stringStart" | "stringLength">,
  index: number,
): string {
  const start = symbols.stringStart[index] ?? 0;
  return utf8.decode(symbols.stringBytes.subarray(start, start + (symbols.stringLength[index] ?? 0)));
}

const utf8 = new TextDecoder();
