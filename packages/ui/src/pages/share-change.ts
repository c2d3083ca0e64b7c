/** How the share of a function changes from the left side to the right one. */
import type { FunctionRow, FunctionTable } from "./use-functions.ts";

/** A value of each side. */
export interface Sides {
  readonly left: number;
  readonly right: number;
}

export function sidesOf({ sides }: FunctionRow, kind: "self" | "total"): Sides {
  if (sides === undefined) return { left: 0, right: 0 };
  if (kind === "self") return { left: sides.leftSelf, right: sides.rightSelf };
  return { left: sides.leftTotal, right: sides.rightTotal };
}

/** Percentage points by which the share grew; a side without samples has shares of 0. */
export function shareChange(part: Sides, whole: Sides): number {
  const share = (value: number, of: number): number => (of > 0 ? (value / of) * 100 : 0);
  return share(part.right, whole.right) - share(part.left, whole.left);
}

/** Less than what two decimals show. */
export function isUnchanged(points: number): boolean {
  return Math.abs(points) < 0.005;
}

/** `+1.25 pp`, `-0.40 pp`, `0 pp`. */
export function formatPoints(points: number): string {
  if (isUnchanged(points)) return "0 pp";
  return `${points > 0 ? "+" : "-"}${Math.abs(points).toFixed(2)} pp`;
}

/** The rows of a comparison by the change of a share, or by name; equal ones by name. */
export function sortByChange(
  { rows, total, rightTotal }: FunctionTable,
  { column, isAscending }: { readonly column: string; readonly isAscending: boolean },
): readonly FunctionRow[] {
  const sign = isAscending ? 1 : -1;
  const wholes = { left: total, right: rightTotal };
  const kind = column.startsWith("total") ? "total" : "self";
  const changes = new Map(rows.map((row) => [row, column === "name" ? 0 : shareChange(sidesOf(row, kind), wholes)]));
  const byName = (a: FunctionRow, b: FunctionRow): number => (a.name < b.name ? -1 : Number(a.name > b.name));
  const nameSign = column === "name" ? sign : 1;
  return [...rows].sort((a, b) => sign * ((changes.get(a) ?? 0) - (changes.get(b) ?? 0)) || nameSign * byName(a, b));
}
