import type { ProfileColumns } from "@basalt/model";
import { FunctionTable } from "./function-table.ts";
import { Header } from "./header.ts";
import { IdIndex } from "./id-index.ts";
import { checkLimits, defaultPprofLimits, type PprofLimits } from "./limits.ts";
import { LocationTable } from "./location-table.ts";
import { MappingTable } from "./mapping-table.ts";
import { resolveTables } from "./resolve.ts";
import { SampleTable } from "./sample-table.ts";
import { StringTable } from "./string-table.ts";
import type { Tables } from "./tables.ts";
import { profileField } from "./tables.ts";
import { WireReader } from "./wire.ts";

/**
 * Decodes pprof (message `perftools.profiles.Profile`, not compressed) into columns in one pass, followed by one pass over
 * each column of references. An instance keeps its columns for the next profile: what it returns is valid until then, and
 * only as long as the input stays as it is (the strings lie in it).
 *
 * Strict, with `profile_malformed` and the byte: wire format, string index out of range, string 0 not empty, strings that
 * are not UTF-8, an id given twice, location or function id 0, samples with other than one value per sample type.
 * Tolerant, as real profiles need it:
 * - a line's function or a location's mapping that does not exist becomes "none";
 * - a sample's location that does not exist becomes one location without lines and address, so that no value is lost;
 * - functions that all lack an id, as many as there are locations, have the ids of the locations (old .NET profilers);
 * - a string table that is missing is one that holds the empty string;
 * - unknown fields are skipped; comments, numeric labels and the patterns of frames to drop or keep are left out unread.
 *
 * Memory: columns take at most 12 bytes for each byte of input, and as much again while they grow; what a huge profile needed
 * is let go at the next one.
 *
 * Source: github.com/google/pprof/blob/main/proto/profile.proto.
 */
export class PprofDecoder {
  private limits: PprofLimits = defaultPprofLimits;
  private readonly wire = new WireReader();
  private readonly index = new IdIndex();
  private readonly tables: Tables = {
    header: new Header(),
    strings: new StringTable(),
    functions: new FunctionTable(),
    mappings: new MappingTable(),
    locations: new LocationTable(),
    samples: new SampleTable(),
  };

  /**
   * @throws BasaltError `profile_malformed`, `profile_too_large` (a count over its limit).
   */
  decode(bytes: Uint8Array, limits: PprofLimits = defaultPprofLimits): ProfileColumns {
    const wire = this.wire;
    // A plain array whatever came in (a Buffer, say): the reads stay monomorphic.
    wire.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limits = limits;
    this.reset();
    const end = bytes.byteLength;
    let at = 0;
    while (at < end) {
      let tag = wire.bytes[at++] as number;
      if (tag >= 128) {
        at = wire.longTag(at - 1, end);
        tag = wire.low;
      }
      if ((tag & 7) === 2 && tag >= 8) {
        at = wire.delimited(at, end);
        const contentEnd = wire.contentEnd;
        this.readMessage(tag >>> 3, at, contentEnd);
        at = contentEnd;
      } else at = this.readScalar(tag, at, end);
    }
    checkLimits(this.tables, limits);
    this.tables.strings.finish(wire.bytes);
    resolveTables(this.tables, this.index, wire.bytes);
    return columnsOf(this.tables, wire.bytes);
  }

  private reset(): void {
    const { header, strings, functions, mappings, locations, samples } = this.tables;
    header.reset();
    strings.reset();
    functions.reset();
    mappings.reset();
    locations.reset();
    samples.reset();
  }

  private readMessage(field: number, at: number, end: number): void {
    const { wire, tables } = this;
    if (field === profileField.stringTable) tables.strings.add(at, end);
    else if (field === profileField.sample) tables.samples.read(wire, at, end);
    else if (field === profileField.location) tables.locations.read(wire, at, end);
    else if (field === profileField.function) tables.functions.read(wire, at, end);
    else this.readRareMessage(field, at, end);
  }

  private readRareMessage(field: number, at: number, end: number): void {
    const { wire, tables } = this;
    checkLimits(tables, this.limits);
    if (field === profileField.mapping) tables.mappings.read(wire, at, end);
    else if (field === profileField.sampleType) tables.header.readSampleType(wire, at, end);
    else if (field === profileField.periodType) tables.header.readPeriodType(wire, at, end);
    else if (field <= profileField.max && field !== profileField.comment) {
      wire.fail(`field ${field} has wire type 2`, at);
    }
  }

  private readScalar(tag: number, at: number, end: number): number {
    const wire = this.wire;
    const field = tag >>> 3;
    const isMessage = field < profileField.dropFrames || field === profileField.periodType;
    if ((tag & 7) !== 0 || isMessage || field > profileField.max) {
      return wire.skip(wire.unknown(tag, profileField.max, at), at, end);
    }
    const after = wire.varint(at, end);
    this.tables.header.set(field, wire);
    return after;
  }
}

function columnsOf(tables: Tables, bytes: Uint8Array): ProfileColumns {
  const { header, strings, functions, mappings, locations, samples } = tables;
  return {
    stringBytes: bytes,
    stringCount: strings.count,
    stringStart: strings.start,
    stringLength: strings.length,
    functionCount: functions.ids.count,
    functionName: functions.name,
    functionSystemName: functions.systemName,
    functionFilename: functions.filename,
    functionStartLine: functions.startLine,
    mappingCount: mappings.ids.count,
    mappingStart: mappings.start.values,
    mappingLimit: mappings.limit.values,
    mappingOffset: mappings.offset.values,
    mappingFilename: mappings.filename,
    mappingBuildId: mappings.buildId,
    mappingFlags: mappings.flags,
    locationCount: locations.ids.count,
    locationMapping: locations.mappings.low,
    locationAddressLow: locations.addressLow,
    locationAddressHigh: locations.addressHigh,
    locationIsFolded: locations.isFolded,
    locationLineStart: locations.lineStart,
    lineCount: locations.lineFunctions.count,
    lineFunction: locations.lineFunctions.low,
    lineNumber: locations.lineNumber,
    sampleCount: samples.count,
    stackStart: samples.stackStart,
    stackLocation: samples.frames.low,
    sampleTypeCount: header.sampleTypeCount,
    values: samples.values.finish(),
    sampleTypeName: header.sampleTypeName,
    sampleTypeUnit: header.sampleTypeUnit,
    periodTypeName: header.periodType[0] ?? 0,
    periodTypeUnit: header.periodType[1] ?? 0,
    period: header.period,
    timeNanos: header.timeNanos,
    durationNanos: header.durationNanos,
    defaultSampleType: header.defaultSampleType[0] ?? 0,
    sampleLabelCount: samples.labelCount,
    sampleLabelStart: samples.labelStart,
    sampleLabelKey: samples.labelKey,
    sampleLabelValue: samples.labelValue,
  };
}
