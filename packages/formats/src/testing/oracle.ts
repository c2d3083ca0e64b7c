import assert from "node:assert/strict";
import { defined, type ProfileColumns, stringAt } from "@basalt/model";
import type { Profile } from "../pprof/gen/profile.ts";

/**
 * Asserts that columns say what the generated decoder says of the same bytes, field by field, with the tolerant rules of
 * `PprofDecoder` written a second time, over plain maps.
 */
export function assertSameAsOracle(columns: ProfileColumns, oracle: Profile): void {
  assertSameHeader(columns, oracle);
  assertSameSymbols(columns, oracle);
  assertSameLocations(columns, oracle);
  assertSameSamples(columns, oracle);
}

function assertSameHeader(columns: ProfileColumns, oracle: Profile): void {
  assert.equal(columns.timeNanos, oracle.timeNanos);
  assert.equal(columns.durationNanos, oracle.durationNanos);
  assert.equal(columns.period, oracle.period);
  assert.equal(BigInt(columns.defaultSampleType), oracle.defaultSampleType);
  assert.equal(BigInt(columns.periodTypeName), oracle.periodType?.type ?? 0n);
  assert.equal(BigInt(columns.periodTypeUnit), oracle.periodType?.unit ?? 0n);
  const names = oracle.sampleType.map((type) => [Number(type.type), Number(type.unit)]);
  const decoded = Array.from({ length: columns.sampleTypeCount }, (_, i) => [
    columns.sampleTypeName[i],
    columns.sampleTypeUnit[i],
  ]);
  assert.deepEqual(decoded, names);
}

function assertSameSymbols(columns: ProfileColumns, oracle: Profile): void {
  const texts = oracle.stringTable.length === 0 ? [""] : oracle.stringTable;
  assert.equal(columns.stringCount, texts.length);
  for (const [i, text] of texts.entries()) if (stringAt(columns, i) !== text) assert.equal(stringAt(columns, i), text);

  assert.equal(columns.functionCount, oracle.function.length);
  for (const [i, row] of oracle.function.entries()) {
    same(columns.functionName[i], row.name, "name of function", i);
    same(columns.functionSystemName[i], row.systemName, "system name of function", i);
    same(columns.functionFilename[i], row.filename, "filename of function", i);
    same(columns.functionStartLine[i], line(row.startLine), "line of function", i);
  }
  assert.equal(columns.mappingCount, oracle.mapping.length);
  for (const [i, row] of oracle.mapping.entries()) {
    assert.equal(columns.mappingStart[i], row.memoryStart);
    assert.equal(columns.mappingLimit[i], row.memoryLimit);
    assert.equal(columns.mappingOffset[i], row.fileOffset);
    same(columns.mappingFilename[i], row.filename, "filename of mapping", i);
    same(columns.mappingBuildId[i], row.buildId, "build id of mapping", i);
    const bits = [row.hasFunctions, row.hasFilenames, row.hasLineNumbers, row.hasInlineFrames];
    const flags = bits.reduce((sum, bit, position) => sum | (bit ? 1 << position : 0), 0);
    assert.equal(columns.mappingFlags[i], flags);
  }
}

function assertSameLocations(columns: ProfileColumns, oracle: Profile): void {
  const mappings = rowsById(oracle.mapping.map((row) => row.id));
  const areUnset = oracle.function.every((row) => row.id === 0n) && oracle.function.length === oracle.location.length;
  const functions = rowsById((areUnset ? oracle.location : oracle.function).map((row) => row.id));
  let lineIndex = 0;
  for (const [i, row] of oracle.location.entries()) {
    same(columns.locationMapping[i], (mappings.get(row.mappingId) ?? -1) + 1, "mapping of location", i);
    same(columns.locationAddressLow[i], row.address & 0xffffffffn, "address of location", i);
    same(columns.locationAddressHigh[i], row.address >> 32n, "address of location", i);
    same(columns.locationIsFolded[i], row.isFolded ? 1 : 0, "folding of location", i);
    same(columns.locationLineStart[i], lineIndex, "lines of location", i);
    for (const { functionId, line: number } of row.line) {
      same(columns.lineFunction[lineIndex], (functions.get(functionId) ?? -1) + 1, "function of line", lineIndex);
      same(columns.lineNumber[lineIndex], line(number), "number of line", lineIndex);
      lineIndex++;
    }
    same(columns.locationLineStart[i + 1], lineIndex, "lines of location", i);
  }
  assert.equal(columns.lineCount, lineIndex);
}

function assertSameSamples(columns: ProfileColumns, oracle: Profile): void {
  const locations = rowsById(oracle.location.map((row) => row.id));
  const unknown = oracle.location.length;
  let hasUnknown = false;
  let frame = 0;
  let label = 0;
  assert.equal(columns.sampleCount, oracle.sample.length);
  for (const [i, row] of oracle.sample.entries()) {
    for (const id of row.locationId) {
      const location = locations.get(id) ?? unknown;
      hasUnknown ||= location === unknown;
      same(columns.stackLocation[frame++], location, "frame of sample", i);
    }
    same(columns.stackStart[i + 1], frame, "stack of sample", i);
    for (const [t, value] of row.value.entries()) {
      const decoded = columns.values[i * columns.sampleTypeCount + t];
      if (typeof decoded === "bigint" ? decoded !== value : decoded !== Number(value) || !isExact(value)) {
        assert.equal(decoded, value, `value ${t} of sample ${i}`);
      }
    }
    for (const { key, str } of row.label.filter((one) => one.str !== 0n)) {
      same(columns.sampleLabelKey[label], key, "label of sample", i);
      same(columns.sampleLabelValue[label++], str, "label of sample", i);
    }
    same(columns.sampleLabelStart[i + 1], label, "labels of sample", i);
  }
  assert.equal(columns.sampleLabelCount, label);
  assert.equal(columns.locationCount, unknown + (hasUnknown ? 1 : 0));
}

function isExact(value: bigint): boolean {
  return value >= -(2n ** 53n) && value <= 2n ** 53n;
}

function rowsById(ids: readonly bigint[]): Map<bigint, number> {
  return new Map(ids.map((id, row) => [id, row]));
}

/** Line numbers beyond 31 bits are unknown. */
function line(number: bigint): bigint {
  return number > 0n && number < 2n ** 31n ? number : 0n;
}

/** Compares without building a message for each of millions of equal pairs. */
function same(decoded: number | undefined, expected: number | bigint, what: string, row: number): void {
  if (defined(decoded, what) !== Number(expected)) assert.equal(decoded, Number(expected), `${what} ${row}`);
}
