import type { Labels, ProfileType } from "@basalt/model";
import { compareLabels, formatProfileType, parseProfileType } from "@basalt/model";

/** Label sets in order. */
export function answerLabelSets(labelSets: readonly Labels[]): Labels[] {
  return [...labelSets].sort(compareLabels);
}

/** Names or values in the order of their UTF-16 code units, as JavaScript sorts. */
export function answerStrings(strings: readonly string[]): string[] {
  return [...strings].sort();
}

/** A profile type with its id. */
export interface ProfileTypeAnswer extends ProfileType {
  readonly id: string;
}

/** Profile types by id. What is no profile type, which only a foreign block could hold, is left out. */
export function answerProfileTypes(ids: readonly string[]): ProfileTypeAnswer[] {
  return answerStrings(ids).flatMap((id) => {
    if (id.split(":").length !== 5) return [];
    const type = parseProfileType(id);
    return [{ ...type, id: formatProfileType(type) }];
  });
}

/** What GetProfileStats answers, unix ms; without data the ends are the wrong way round, as in Pyroscope v1. */
export function answerStats(range: { readonly start: bigint; readonly end: bigint } | undefined): {
  readonly dataIngested: boolean;
  readonly oldestProfileTime: bigint;
  readonly newestProfileTime: bigint;
} {
  if (range === undefined) {
    return { dataIngested: false, oldestProfileTime: (1n << 63n) - 1n, newestProfileTime: -(1n << 63n) };
  }
  const millis = 1_000_000n;
  return { dataIngested: true, oldestProfileTime: range.start / millis, newestProfileTime: range.end / millis };
}
