/** Rows and the sum of their values. */
export interface ImportSum {
  rows: number;
  total: bigint;
}

/** Sums by profile type. */
export type ImportSums = Map<string, ImportSum>;

/** Counts rows of a profile type. */
export function addSum(sums: ImportSums, profileType: string, { rows, total }: ImportSum): void {
  const known = sums.get(profileType);
  if (known === undefined) sums.set(profileType, { rows, total });
  else {
    known.rows += rows;
    known.total += total;
  }
}

/** Adds all of one to another. */
export function addSums(to: ImportSums, from: ImportSums): void {
  for (const [profileType, sum] of from) addSum(to, profileType, sum);
}

/** The first profile type whose sums are not the same; undefined if there is none. */
export function firstDifference(a: ImportSums, b: ImportSums): string | undefined {
  const types = [...new Set([...a.keys(), ...b.keys()])].sort();
  return types.find((type) => a.get(type)?.rows !== b.get(type)?.rows || a.get(type)?.total !== b.get(type)?.total);
}

/** Sums of a profile type as JSON. */
export interface SumJson {
  readonly profileType: string;
  readonly rows: number;
  /** Decimal. */
  readonly total: string;
}

/** Sorted by profile type. */
export function sumsToJson(sums: ImportSums): SumJson[] {
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([profileType, { rows, total }]) => ({ profileType, rows, total: String(total) }));
}

export function sumsFromJson(sums: readonly SumJson[]): ImportSums {
  return new Map(sums.map(({ profileType, rows, total }) => [profileType, { rows, total: BigInt(total) }]));
}
