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
  if (columns.sampleTypeCount === 0) throw malformed("profile has no sample types");
  checkPart(columns, columns.periodTypeName, "period type");
  checkPart(columns, columns.periodTypeUnit, "period unit");
  const seen = new Set<string>();
  for (let t = 0; t < columns.sampleTypeCount; t++) {
    const name = checkPart(columns, columns.sampleTypeName[t] ?? 0, "sample type");
    const unit = checkPart(columns, columns.sampleTypeUnit[t] ?? 0, "sample unit");
    if (name.includes("-")) throw malformed(`sample type ${quoted(name)} contains "-"`);
    const type = `${name}:${unit}`;
    // Their values would be rows of one series at one time.
    if (seen.has(type)) throw malformed(`sample type ${quoted(type)} is there twice`);
    seen.add(type);
  }
}

/** A part of a profile type's id, which is five parts with `:` between them: no query could name one with more. */
function checkPart(columns: ProfileColumns, index: number, what: string): string {
  const text = stringAt(columns, index);
  if (text.includes(":")) throw malformed(`${what} ${quoted(text)} contains ":"`);
  return text;
}

function malformed(message: string): BasaltError {
  return new BasaltError("profile_malformed", message);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function overLimit(
  code: "profile_sample_limit" | "profile_sample_label_limit",
  what: string,
  [max, flag]: readonly [number, string],
): BasaltError {
  return new BasaltError(code, `${what}, the limit is ${max} (${flag})`, { details: { max, flag } });
}
