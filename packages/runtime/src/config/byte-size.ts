const units: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["tb", 1e12],
  ["k", 2 ** 10],
  ["kib", 2 ** 10],
  ["m", 2 ** 20],
  ["mib", 2 ** 20],
  ["g", 2 ** 30],
  ["gib", 2 ** 30],
  ["t", 2 ** 40],
  ["tib", 2 ** 40],
]);

const shownUnits: readonly (readonly [string, number])[] = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
];

/** Reads `128MiB`, `1.5GiB`, `10MB`, `4096`. Returns bytes, or undefined when the text is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text.trim());
  const size = units.get((match?.[2] ?? "?").toLowerCase());
  return size === undefined ? undefined : Math.round(Number(match?.[1]) * size);
}

/** Writes bytes with the largest binary unit that divides them, so that {@link parseByteSize} reads them back. */
export function formatByteSize(bytes: number): string {
  for (const [unit, size] of shownUnits) if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  return String(bytes);
}
