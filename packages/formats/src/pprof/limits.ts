import { BasaltError } from "@basalt/model";
import type { Tables } from "./tables.ts";

/** Bounds on what one profile may hold. Every count costs at least a byte of input, so the input's size bounds them too. */
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
 * What no honest profile reaches: tenant limits (samples, labels, bytes) are far lower and have flags. At these counts the
 * columns take 0.5 GiB, which a body of 4 MiB (`-validation.max-profile-size-bytes`) cannot fill: see `PprofDecoder`.
 */
export const defaultPprofLimits: PprofLimits = {
  sampleTypeCountMax: 128,
  sampleCountMax: 1 << 22,
  frameCountMax: 1 << 25,
  sampleLabelCountMax: 1 << 23,
  stringCountMax: 1 << 22,
  functionCountMax: 1 << 22,
  mappingCountMax: 1 << 16,
  locationCountMax: 1 << 22,
  lineCountMax: 1 << 23,
};

/**
 * Refuses a profile with a count over its bound. Reading it has taken memory in proportion to its bytes only, so it is enough
 * to look at the end.
 *
 * @throws BasaltError `profile_too_large`.
 */
export function checkLimits(tables: Tables, limits: PprofLimits): void {
  const { header, strings, functions, mappings, locations, samples } = tables;
  const counts: readonly (readonly [number, number, string])[] = [
    [header.sampleTypeCount, limits.sampleTypeCountMax, "sample types"],
    [samples.count, limits.sampleCountMax, "samples"],
    [samples.frames.count, limits.frameCountMax, "frames in all stacks"],
    [samples.labelCount, limits.sampleLabelCountMax, "sample labels"],
    [strings.count, limits.stringCountMax, "strings"],
    [functions.ids.count, limits.functionCountMax, "functions"],
    [mappings.ids.count, limits.mappingCountMax, "mappings"],
    [locations.ids.count, limits.locationCountMax, "locations"],
    [locations.lineFunctions.count, limits.lineCountMax, "lines"],
  ];
  for (const [count, max, what] of counts) {
    if (count > max) throw new BasaltError("profile_too_large", `pprof: ${count} ${what} are over ${max}`);
  }
}
