import type { IdColumn } from "./id-column.ts";
import type { IdIndex } from "./id-index.ts";
import { profileField, type Tables } from "./tables.ts";
import { malformed, WireReader } from "./wire.ts";

/**
 * Checks what only shows when a profile has been read whole, and turns its ids into indexes, in place.
 *
 * @throws BasaltError `profile_malformed`.
 */
export function resolveTables(tables: Tables, index: IdIndex, bytes: Uint8Array): void {
  const check = new Check(tables, index, bytes);
  check.strings();
  check.values();
  check.mappings();
  check.functions();
  check.locations();
}

class Check {
  private readonly tables: Tables;
  private readonly index: IdIndex;
  private readonly bytes: Uint8Array;

  constructor(tables: Tables, index: IdIndex, bytes: Uint8Array) {
    this.tables = tables;
    this.index = index;
    this.bytes = bytes;
  }

  strings(): void {
    const { header, functions, mappings, samples } = this.tables;
    const functionCount = functions.ids.count;
    const mappingCount = mappings.ids.count;
    this.indexes(header.sampleTypeName, header.sampleTypeCount, profileField.sampleType);
    this.indexes(header.sampleTypeUnit, header.sampleTypeCount, profileField.sampleType);
    this.indexes(header.periodType, 2, profileField.periodType);
    this.indexes(header.defaultSampleType, 1, profileField.defaultSampleType);
    this.indexes(functions.name, functionCount, profileField.function);
    this.indexes(functions.systemName, functionCount, profileField.function);
    this.indexes(functions.filename, functionCount, profileField.function);
    this.indexes(mappings.filename, mappingCount, profileField.mapping);
    this.indexes(mappings.buildId, mappingCount, profileField.mapping);
    this.indexes(samples.labelKey, samples.labelCount, profileField.sample);
    this.indexes(samples.labelValue, samples.labelCount, profileField.sample);
  }

  values(): void {
    const { samples, header } = this.tables;
    if (samples.count === 0 || samples.valuesPerSample === header.sampleTypeCount) return;
    const reason = `samples have ${samples.valuesPerSample} values for ${header.sampleTypeCount} sample types`;
    throw malformed(reason, this.offsetOf(profileField.sample, 0));
  }

  mappings(): void {
    this.ids(this.tables.mappings.ids, "mapping", profileField.mapping);
    this.index.resolve(this.tables.locations.mappings, 1, () => 0);
  }

  functions(): void {
    const { functions, locations } = this.tables;
    const areUnset = functions.hasNoIds() && functions.ids.count === locations.ids.count;
    const ids = areUnset ? locations.ids : functions.ids;
    this.ids(ids, "function", profileField.function);
    const zero = this.index.rowOf(0, 0);
    if (zero >= 0) throw malformed(`function ${zero} has id 0`, this.offsetOf(profileField.function, zero));
    this.index.resolve(locations.lineFunctions, 1, () => 0);
  }

  locations(): void {
    const { locations, samples } = this.tables;
    this.ids(locations.ids, "location", profileField.location);
    const unknown = locations.ids.count;
    let hasUnknown = false;
    this.index.resolve(samples.frames, 0, (frame) => {
      if (samples.frames.low[frame] === 0xffffffff && samples.frames.highAt(frame) === 0) {
        const sample = ownerOf(frame, samples.stackStart, samples.count);
        throw malformed(`sample ${sample} names location id 0`, this.offsetOf(profileField.sample, sample));
      }
      hasUnknown = true;
      return unknown;
    });
    if (hasUnknown) locations.addUnknown();
  }

  private ids(ids: IdColumn, what: string, field: number): void {
    const duplicate = this.index.build(ids);
    if (duplicate < 0) return;
    const isZero = ids.low[duplicate] === 0 && ids.highAt(duplicate) === 0;
    const reason = `${what} ${duplicate} has ${isZero ? "id 0" : "an id of another"}`;
    throw malformed(reason, this.offsetOf(field, duplicate));
  }

  /** Checks a column of string indexes that lie in messages of a top-level field. */
  private indexes(column: Uint32Array, count: number, field: number): void {
    const { samples, strings, header } = this.tables;
    const row = strings.firstOutside(column, count);
    if (row < 0) return;
    const isOnly = column === header.periodType || column === header.defaultSampleType;
    const message = field === profileField.sample ? ownerOf(row, samples.labelStart, samples.count) : isOnly ? 0 : row;
    const reason = `field ${field} names string ${column[row] ?? 0} of ${strings.count}`;
    throw malformed(reason, this.offsetOf(field, message));
  }

  /** Where a row's message lies, for the error: found by walking the profile once more. */
  private offsetOf(field: number, row: number): number {
    const wire = new WireReader();
    wire.bytes = this.bytes;
    const end = this.bytes.length;
    let rowsLeft = row;
    for (let at = 0; at < end; ) {
      const start = at;
      at = wire.longTag(at, end);
      const tag = wire.low;
      if (tag >>> 3 === field && rowsLeft-- === 0) return start;
      at = wire.skip(tag, at, end);
    }
    return end;
  }
}

/** The row whose range [start[row], start[row + 1]) holds an element. */
function ownerOf(element: number, start: Uint32Array, rowCount: number): number {
  for (let row = 0; row < rowCount; row++) if (element < (start[row + 1] ?? 0)) return row;
  return 0;
}
