import type { ProfileType } from "@basalt/model";

/** The `metadata` of a flamebearer. */
export interface FlamebearerMetadata {
  readonly format: "single" | "double";
  readonly spyName: "";
  readonly sampleRate: number;
  readonly units: string;
  readonly name: string;
}

/** Sample types that count things. */
const objectTypes: ReadonlySet<string> = new Set(["inuse_objects", "alloc_objects", "goroutine", "samples"]);

/** How readers of a flamebearer should show its values. */
export function flamebearerMetadata(type: ProfileType, format: "single" | "double"): FlamebearerMetadata {
  const { sampleType, sampleUnit } = type;
  const shared = { format, spyName: "", name: sampleType } as const;
  if (objectTypes.has(sampleType)) return { ...shared, sampleRate: 100, units: "objects" };
  // CPU time counts as samples of one nanosecond each.
  if (sampleType === "cpu") return { ...shared, sampleRate: 1_000_000_000, units: "samples" };
  return { ...shared, sampleRate: 100, units: sampleUnit };
}
