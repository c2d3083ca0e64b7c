import { BasaltError } from "@basalt/model";
import type { Tables } from "./tables.ts";

/** Bounds on what one profile may hold, besides what its bytes allow: every count costs at least one byte of them. */
export interface PprofLimits {
  readonly sampleTypeCountMax: number;
  readonly sampleCountMax: number;
  /** Over all samples. */
  readonly frameCountMax: number;
  /** Over all samples. */
  readonly sampleLabelCountMax: number;
  readonly stringCountMax: number;
  readonly functionCountMax: number;
  readonly mappingCountMax: number;
  readonly locationCountMax: number;
  /** Over all locations. */
  readonly lineCountMax: number;
}

/**
 * What no honest profile reaches: a tenant's limits (samples, labels, bytes) are far lower and have flags. Full columns take
 * 256 MiB, half of it frames, which the default of 4 MiB a profile (`-validation.max-profile-size-bytes`) cannot fill.
 */
export const defaultPprofLimits: PprofLimits = {
  sampleTypeCountMax: 128,
  sampleCountMax: 1 << 20,
  frameCountMax: 1 << 25,
  sampleLabelCountMax: 1 << 21,
  stringCountMax: 1 << 20,
  functionCountMax: 1 << 20,
  mappingCountMax: 1 << 16,
  locationCountMax: 1 << 20,
  lineCountMax: 1 << 21,
};

/**
 * Refuses a profile with a count over its bound. Reading takes memory in proportion to the bytes read, so it is enough to look at
 * the end, and before each of those messages that are few but large as rows.
 *
 * @throws BasaltError `profile_too_large`.
 */
export function checkLimits(tables: Tables, limits: PprofLimits): void {
  const { header, strings, functions, mappings, locations, samples } = tables;
  checkCount(header.sampleTypeCount, limits.sampleTypeCountMax, "sample types");
  checkCount(samples.count, limits.sampleCountMax, "samples");
  checkCount(samples.frames.count, limits.frameCountMax, "frames in all stacks");
  checkCount(samples.labelCount, limits.sampleLabelCountMax, "sample labels");
  checkCount(strings.count, limits.stringCountMax, "strings");
  checkCount(functions.ids.count, limits.functionCountMax, "functions");
  checkCount(mappings.ids.count, limits.mappingCountMax, "mappings");
  checkCount(locations.ids.count, limits.locationCountMax, "locations");
  checkCount(locations.lineFunctions.count, limits.lineCountMax, "lines");
}

function checkCount(count: number, max: number, what: string): void {
  if (count > max) throw new BasaltError("profile_too_large", `pprof: ${count} ${what} are over ${max}`);
}
