import { BasaltError } from "@basalt/model";

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
 * Refuses a count over its bound.
 *
 * @throws BasaltError `profile_too_large`.
 */
export function checkCount(count: number, max: number, what: string): void {
  if (count > max) throw new BasaltError("profile_too_large", `pprof: more than ${max} ${what}`);
}
