import { type ProfileColumns, type SymbolColumns, stringAt } from "@basalt/model";

/**
 * Prints a profile so that a test reads like a picture: a line of sample types, then `values | frames, leaf first | labels`
 * a sample. A frame is `mapping 0xaddress function:line …`, inlined callees first; what is unknown is left out.
 */
export function profileText(columns: ProfileColumns): string {
  const frames = Array.from({ length: columns.locationCount }, (_, i) => locationText(columns, i));
  const types = Array.from({ length: columns.sampleTypeCount }, (_, i) => {
    return `${stringAt(columns, columns.sampleTypeName[i] ?? 0)} ${stringAt(columns, columns.sampleTypeUnit[i] ?? 0)}`;
  });
  const samples = Array.from({ length: columns.sampleCount }, (_, i) => {
    const values = columns.values.slice(i * columns.sampleTypeCount, (i + 1) * columns.sampleTypeCount);
    const stack = columns.stackLocation.slice(columns.stackStart[i], columns.stackStart[i + 1]);
    const texts = [...stack].map((frame) => frames[frame]);
    return [[...values].join(" "), texts.join("; "), ...labelTexts(columns, i)].join(" | ").trimEnd();
  });
  return [types.join(", "), ...samples].join("\n");
}

/** The names of a sample's frames, leaf first, inlined callees first. */
export function stackNames(columns: ProfileColumns, sample: number): string[] {
  const stack = columns.stackLocation.slice(columns.stackStart[sample], columns.stackStart[sample + 1]);
  return [...stack].flatMap((frame) => {
    const start = columns.locationLineStart[frame] ?? 0;
    const end = columns.locationLineStart[frame + 1] ?? 0;
    return Array.from({ length: end - start }, (_, i) => functionName(columns, start + i));
  });
}

function locationText(columns: SymbolColumns, location: number): string {
  const mapping = columns.locationMapping[location] ?? 0;
  const binary = mapping === 0 ? "" : stringAt(columns, columns.mappingFilename[mapping - 1] ?? 0);
  const high = BigInt(columns.locationAddressHigh[location] ?? 0);
  const address = (high << 32n) | BigInt(columns.locationAddressLow[location] ?? 0);
  const start = columns.locationLineStart[location] ?? 0;
  const end = columns.locationLineStart[location + 1] ?? 0;
  const lines = Array.from({ length: end - start }, (_, i) => {
    return `${functionName(columns, start + i)}:${columns.lineNumber[start + i] ?? 0}`;
  });
  return [binary, `0x${address.toString(16)}`, ...lines].filter((part) => part !== "").join(" ");
}

function functionName(columns: SymbolColumns, line: number): string {
  const called = columns.lineFunction[line] ?? 0;
  return called === 0 ? "?" : stringAt(columns, columns.functionName[called - 1] ?? 0);
}

function labelTexts(columns: ProfileColumns, sample: number): string[] {
  const start = columns.sampleLabelStart[sample] ?? 0;
  const end = columns.sampleLabelStart[sample + 1] ?? 0;
  return Array.from({ length: end - start }, (_, i) => {
    const key = stringAt(columns, columns.sampleLabelKey[start + i] ?? 0);
    return `${key}=${stringAt(columns, columns.sampleLabelValue[start + i] ?? 0)}`;
  });
}
