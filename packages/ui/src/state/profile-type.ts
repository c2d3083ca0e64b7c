/** What the five parts of a profile type mean to a reader. */

export interface ProfileType {
  /** `name:sample_type:sample_unit:period_type:period_unit`. */
  readonly id: string;
  readonly name: string;
  readonly sampleType: string;
  /** `nanoseconds`, `bytes`, `count` … */
  readonly unit: string;
  /** A state at a moment (memory in use), not something that adds up over time (CPU, allocations). */
  readonly isGauge: boolean;
}

export function parseProfileType(id: string): ProfileType {
  const [name = "", sampleType = "", unit = ""] = id.split(":");
  const isGauge = /^inuse_|^live/.test(sampleType) || /^goroutines?$/.test(name) || name === "goroutine";
  return { id, name, sampleType, unit: unit === "" ? "count" : unit, isGauge };
}

/** `memory · alloc_space`; a name that says all stands alone. */
export function profileTypeLabel(id: string): string {
  const { name, sampleType } = parseProfileType(id);
  return name === sampleType || sampleType === "" ? name : `${name} · ${sampleType}`;
}

/** The type that a page without a choice shows: CPU time before all else. */
export function preferredType(ids: readonly string[]): string | undefined {
  const rank = (id: string): number => {
    const { sampleType, unit } = parseProfileType(id);
    if (sampleType === "cpu") return 0;
    if (unit === "nanoseconds" && sampleType !== "wall") return 1;
    return sampleType === "inuse_space" ? 2 : 3;
  };
  return [...ids].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))[0];
}
