import type { ProfileColumns, SampleColumns, SymbolColumns } from "@basalt/model";
import { writeSamples } from "./encode-samples.ts";
import { writeSymbols } from "./encode-symbols.ts";
import { profileField } from "./tables.ts";
import { type UsedSymbols, usedSymbols } from "./used-symbols.ts";
import { fieldBytesMax, fieldSize, WireWriter } from "./wire-writer.ts";

/** What {@link encodePprof} writes besides symbols and samples; {@link ProfileColumns} has it all. */
type Header = Pick<
  ProfileColumns,
  | "sampleTypeName"
  | "sampleTypeUnit"
  | "periodTypeName"
  | "periodTypeUnit"
  | "period"
  | "timeNanos"
  | "durationNanos"
  | "defaultSampleType"
>;

/** Text labels of samples, where there are any. */
export type SampleLabels = Pick<
  ProfileColumns,
  "sampleLabelCount" | "sampleLabelStart" | "sampleLabelKey" | "sampleLabelValue"
>;

/** What can be written as pprof: any decoded profile, and any merge of profiles, which has no sample labels. */
export interface PprofSource extends SymbolColumns, SampleColumns, Header, Partial<SampleLabels> {}

/**
 * Encodes a profile as pprof, not compressed: exact values, ids 1, 2, 3 …, only the symbols that samples reach, in their
 * order. The same source always gives the same bytes.
 */
export function encodePprof(source: PprofSource): Uint8Array {
  const used = usedSymbols(source, headerStrings(source));
  const writer = new WireWriter(source.stringBytes.length + (source.stackStart[source.sampleCount] ?? 0) * 2);
  writeSampleTypes(writer, source, used);
  writeSamples(writer, source, used);
  writeSymbols(writer, source, used);
  writeHeader(writer, source, used);
  return writer.finish();
}

function* headerStrings(source: PprofSource): Iterable<number> {
  yield* source.sampleTypeName.subarray(0, source.sampleTypeCount);
  yield* source.sampleTypeUnit.subarray(0, source.sampleTypeCount);
  yield source.periodTypeName;
  yield source.periodTypeUnit;
  yield source.defaultSampleType;
  const labelCount = source.sampleLabelCount ?? 0;
  if (source.sampleLabelKey !== undefined) yield* source.sampleLabelKey.subarray(0, labelCount);
  if (source.sampleLabelValue !== undefined) yield* source.sampleLabelValue.subarray(0, labelCount);
}

function writeSampleTypes(writer: WireWriter, source: PprofSource, used: UsedSymbols): void {
  for (let i = 0; i < source.sampleTypeCount; i++) {
    const name = used.strings[source.sampleTypeName[i] ?? 0] ?? 0;
    const unit = used.strings[source.sampleTypeUnit[i] ?? 0] ?? 0;
    writeValueType(writer, profileField.sampleType, { name, unit });
  }
}

function writeValueType(
  writer: WireWriter,
  field: number,
  type: { readonly name: number; readonly unit: number },
): void {
  writer.reserve(3 * fieldBytesMax);
  writer.head(field * 8 + 2, fieldSize(type.name) + fieldSize(type.unit));
  writer.field(8, type.name);
  writer.field(16, type.unit);
}

function writeHeader(writer: WireWriter, source: PprofSource, used: UsedSymbols): void {
  writer.reserve(8 * fieldBytesMax);
  writer.fieldBigInt(profileField.timeNanos * 8, source.timeNanos);
  writer.fieldBigInt(profileField.durationNanos * 8, source.durationNanos);
  if (source.periodTypeName !== 0 || source.periodTypeUnit !== 0) {
    const name = used.strings[source.periodTypeName] ?? 0;
    writeValueType(writer, profileField.periodType, { name, unit: used.strings[source.periodTypeUnit] ?? 0 });
  }
  writer.fieldBigInt(profileField.period * 8, source.period);
  writer.field(profileField.defaultSampleType * 8, used.strings[source.defaultSampleType] ?? 0);
}
