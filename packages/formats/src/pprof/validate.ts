import { BasaltError, type ProfileColumns, stringAt } from "@basalt/model";

/** A tenant's limits on one profile; 0 = no limit. The size has its own: see `decompress`. */
export interface ProfileLimits {
  /** `-validation.max-profile-stacktrace-samples`. */
  readonly sampleCountMax: number;
  /** `-validation.max-profile-stacktrace-sample-labels`; labels of one sample. */
  readonly sampleLabelCountMax: number;
}

const flags = {
  samples: "-validation.max-profile-stacktrace-samples",
  labels: "-validation.max-profile-stacktrace-sample-labels",
} as const;

/**
 * Checks a decoded profile against a tenant's limits; see also `repairProfile`, which brings depth and names into theirs.
 *
 * @throws BasaltError `profile_malformed`, `profile_sample_limit`, `profile_sample_label_limit`.
 */
export function validateProfile(columns: ProfileColumns, limits: ProfileLimits): void {
  checkSampleTypes(columns);
  const { sampleCount, sampleLabelStart } = columns;
  const { sampleCountMax, sampleLabelCountMax } = limits;
  if (sampleCountMax > 0 && sampleCount > sampleCountMax) {
    throw overLimit("profile_sample_limit", `profile has ${sampleCount} samples`, [sampleCountMax, flags.samples]);
  }
  if (sampleLabelCountMax === 0) return;
  for (let i = 0; i < sampleCount; i++) {
    const count = (sampleLabelStart[i + 1] as number) - (sampleLabelStart[i] as number);
    if (count <= sampleLabelCountMax) continue;
    const what = `sample ${i} has ${count} labels`;
    throw overLimit("profile_sample_label_limit", what, [sampleLabelCountMax, flags.labels]);
  }
}

function checkSampleTypes(columns: ProfileColumns): void {
  if (columns.sampleTypeCount === 0) throw new BasaltError("profile_malformed", "profile has no sample types");
  for (let t = 0; t < columns.sampleTypeCount; t++) {
    const name = stringAt(columns, columns.sampleTypeName[t] ?? 0);
    if (!name.includes("-")) continue;
    throw new BasaltError("profile_malformed", `sample type ${JSON.stringify(name.slice(0, 100))} contains "-"`);
  }
}

function overLimit(
  code: "profile_sample_limit" | "profile_sample_label_limit",
  what: string,
  [max, flag]: readonly [number, string],
): BasaltError {
  return new BasaltError(code, `${what}, the limit is ${max} (${flag})`, { details: { max, flag } });
}
