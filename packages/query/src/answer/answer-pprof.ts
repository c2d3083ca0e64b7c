import type { ProfileColumns, ProfileType, SymbolColumns } from "@basalt/model";
import { noStackName } from "@basalt/symdb";
import type { ProfileContent } from "../merge/merge-profiles.ts";

const none = new Uint32Array(0);

/** What the header of a merged pprof says. */
export interface PprofHeader {
  readonly profileType: ProfileType;
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
}

/** All of a profile but sample labels, which a merge does not keep. */
export type MergedPprof = Omit<
  ProfileColumns,
  "sampleLabelCount" | "sampleLabelStart" | "sampleLabelKey" | "sampleLabelValue"
>;

/**
 * A merged profile as columns for the pprof encoder. Without rows it has no sample, but still says what it measures. The
 * value of the empty stack gets a frame of its own, because readers of pprof leave out samples without one.
 */
export function answerPprof(found: ProfileContent | undefined, header: PprofHeader): MergedPprof {
  const { sampleType, sampleUnit, periodType, periodUnit } = header.profileType;
  const content = found ?? noContent;
  const [extended, [type, unit, periodTypeName, periodTypeUnit, noStack]] = withStrings(content, [
    sampleType,
    sampleUnit,
    periodType,
    periodUnit,
    noStackName,
  ]);
  return {
    ...extended,
    ...(hasEmptyStack(content) ? { ...withFunction(extended, noStack), ...withEmptyStacks(content) } : {}),
    sampleTypeName: Uint32Array.of(type),
    sampleTypeUnit: Uint32Array.of(unit),
    periodTypeName,
    periodTypeUnit,
    period: 0n,
    timeNanos: header.timeNanos,
    durationNanos: header.durationNanos,
    defaultSampleType: 0,
  };
}

/** Gives samples without a stack the location after the last one. */
function withEmptyStacks(content: ProfileContent): Pick<ProfileContent, "stackStart" | "stackLocation"> {
  const { sampleCount, stackStart, stackLocation, locationCount } = content;
  const starts = new Uint32Array(sampleCount + 1);
  const locations = new Uint32Array((stackStart[sampleCount] as number) + sampleCount);
  let end = 0;
  for (let sample = 0; sample < sampleCount; sample++) {
    const stack = stackLocation.subarray(stackStart[sample], stackStart[sample + 1]);
    locations.set(stack, end);
    end += stack.length;
    if (stack.length === 0) locations[end++] = locationCount;
    starts[sample + 1] = end;
  }
  return { stackStart: starts, stackLocation: locations.subarray(0, end) };
}

function hasEmptyStack({ sampleCount, stackStart }: ProfileContent): boolean {
  for (let sample = 0; sample < sampleCount; sample++) if (stackStart[sample] === stackStart[sample + 1]) return true;
  return false;
}

const utf8 = new TextEncoder();

/** The symbols with some strings more, and the indexes of these. */
function withStrings<const T extends readonly string[]>(
  symbols: ProfileContent,
  texts: T,
): [ProfileContent, { readonly [K in keyof T]: number }] {
  const { stringCount } = symbols;
  const encoded = texts.map((text) => utf8.encode(text));
  const addedLength = encoded.reduce((length, bytes) => length + bytes.length, 0);
  const stringStart = extend(symbols.stringStart, stringCount, texts.length);
  const stringLength = extend(symbols.stringLength, stringCount, texts.length);
  let end = 0;
  for (let i = 0; i < stringCount; i++) end = Math.max(end, (stringStart[i] as number) + (stringLength[i] as number));
  const stringBytes = new Uint8Array(end + addedLength);
  stringBytes.set(symbols.stringBytes.subarray(0, end));
  for (const [i, bytes] of encoded.entries()) {
    stringStart[stringCount + i] = end;
    stringLength[stringCount + i] = bytes.length;
    stringBytes.set(bytes, end);
    end += bytes.length;
  }
  const extended = { ...symbols, stringBytes, stringStart, stringLength, stringCount: stringCount + texts.length };
  return [extended, texts.map((_, i) => stringCount + i) as { readonly [K in keyof T]: number }];
}

/** The symbols with one function more, and one location after the last that has it as its only line. */
function withFunction(symbols: SymbolColumns, name: number): SymbolColumns {
  const { functionCount, locationCount, lineCount } = symbols;
  return {
    ...symbols,
    functionCount: functionCount + 1,
    functionName: append(symbols.functionName, functionCount, name),
    functionSystemName: append(symbols.functionSystemName, functionCount, name),
    functionFilename: append(symbols.functionFilename, functionCount, 0),
    functionStartLine: append(symbols.functionStartLine, functionCount, 0),
    locationCount: locationCount + 1,
    locationMapping: append(symbols.locationMapping, locationCount, 0),
    locationAddressLow: append(symbols.locationAddressLow, locationCount, 0),
    locationAddressHigh: append(symbols.locationAddressHigh, locationCount, 0),
    locationIsFolded: Uint8Array.from([...symbols.locationIsFolded.subarray(0, locationCount), 0]),
    locationLineStart: append(symbols.locationLineStart, locationCount + 1, lineCount + 1),
    lineCount: lineCount + 1,
    lineFunction: append(symbols.lineFunction, lineCount, functionCount + 1),
    lineNumber: append(symbols.lineNumber, lineCount, 0),
  };
}

function append(column: Uint32Array, count: number, value: number): Uint32Array {
  const extended = extend(column, count, 1);
  extended[count] = value;
  return extended;
}

function extend(column: Uint32Array, count: number, by: number): Uint32Array {
  const extended = new Uint32Array(count + by);
  extended.set(column.subarray(0, count));
  return extended;
}

const noAddresses = new BigUint64Array(0);

/** No symbols but the empty string, and no sample. */
const noContent: ProfileContent = {
  stringBytes: new Uint8Array(0),
  stringCount: 1,
  stringStart: new Uint32Array(1),
  stringLength: new Uint32Array(1),
  functionCount: 0,
  functionName: none,
  functionSystemName: none,
  functionFilename: none,
  functionStartLine: none,
  mappingCount: 0,
  mappingStart: noAddresses,
  mappingLimit: noAddresses,
  mappingOffset: noAddresses,
  mappingFilename: none,
  mappingBuildId: none,
  mappingFlags: new Uint8Array(0),
  locationCount: 0,
  locationMapping: none,
  locationAddressLow: none,
  locationAddressHigh: none,
  locationIsFolded: new Uint8Array(0),
  locationLineStart: new Uint32Array(1),
  lineCount: 0,
  lineFunction: none,
  lineNumber: none,
  sampleCount: 0,
  stackStart: new Uint32Array(1),
  stackLocation: none,
  sampleTypeCount: 1,
  values: new BigInt64Array(0),
};
