/** What a point of a timeline says: a rate for what adds up over time, the value itself for a state. */
import { formatValue } from "../flame/format-value.ts";
import type { ProfileType } from "../state/profile-type.ts";

/** The number drawn for the sum (or, of a gauge, the mean) of one step. */
export function pointValue(value: number, type: ProfileType, stepSeconds: number): number {
  if (type.isGauge) return value;
  const perSecond = value / stepSeconds;
  return type.unit === "nanoseconds" ? perSecond / 1e9 : perSecond;
}

/** A drawn number with its unit: seconds of CPU per second are cores. */
export function formatPoint(value: number, type: ProfileType): string {
  if (type.isGauge) return formatValue(value, type.unit);
  if (type.unit === "nanoseconds")
    return `${formatValue(value, "count")}${type.sampleType === "cpu" ? " cores" : " s/s"}`;
  return `${formatValue(value, type.unit)}/s`;
}

/** What the vertical axis means. */
export function axisLabel(type: ProfileType): string {
  if (type.isGauge) return `${type.sampleType}, mean of profiles`;
  if (type.unit !== "nanoseconds") return `${type.sampleType}, ${type.unit} per second`;
  return type.sampleType === "cpu" ? "CPU cores in use" : `${type.sampleType}, seconds per second`;
}
