import { BasaltError } from "./error.ts";
import type { Label } from "./labels.ts";
import { labelNames } from "./labels.ts";

/** What a series measures: `process_cpu:cpu:nanoseconds:cpu:nanoseconds` taken apart. */
export interface ProfileType {
  /** The metric, such as `process_cpu` or `memory`. */
  readonly name: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  readonly periodType: string;
  readonly periodUnit: string;
}

/**
 * Reads `name:sample_type:sample_unit:period_type:period_unit`; a sixth part `delta` is accepted and ignored.
 *
 * @throws BasaltError `profile_type_malformed`.
 */
export function parseProfileType(text: string): ProfileType {
  const parts = text.split(":");
  const isDelta = parts.length === 6 && parts[5] === "delta";
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts;
  if (
    (parts.length !== 5 && !isDelta) ||
    name === undefined ||
    sampleType === undefined ||
    sampleUnit === undefined ||
    periodType === undefined ||
    periodUnit === undefined
  ) {
    throw new BasaltError(
      "profile_type_malformed",
      `profile-type selection must be of the form <name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>(:delta), got ${JSON.stringify(text.slice(0, 300))}`,
    );
  }
  return { name, sampleType, sampleUnit, periodType, periodUnit };
}

/** The id of a profile type: its five parts joined by `:`. */
export function formatProfileType(type: ProfileType): string {
  return `${type.name}:${type.sampleType}:${type.sampleUnit}:${type.periodType}:${type.periodUnit}`;
}

/** The reserved labels that a series of this type carries besides `__name__`. */
export function profileTypeLabels(type: ProfileType): Label[] {
  return [
    { name: labelNames.name, value: type.name },
    { name: labelNames.profileType, value: formatProfileType(type) },
    { name: labelNames.type, value: type.sampleType },
    { name: labelNames.unit, value: type.sampleUnit },
    { name: labelNames.periodType, value: type.periodType },
    { name: labelNames.periodUnit, value: type.periodUnit },
  ];
}
