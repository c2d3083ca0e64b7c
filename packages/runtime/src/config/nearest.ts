/** Two names further apart than a third of the longer one's letters have nothing to do with each other. */
const distanceShareMax = 1 / 3;

/** The known name that a wrong one most likely meant, if any comes near. */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const length = Math.max(wrong.length, name.length);
    const limit = Math.min(bestDistance, Math.max(2, Math.floor(length * distanceShareMax)) + 1);
    const distance = editDistance(wrong, name, limit);
    if (distance >= limit) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** ` (did you mean X?)`, or nothing. */
export function suggestion(wrong: string, known: Iterable<string>, prefix: string = ""): string {
  const name = nearestName(wrong, known);
  return name === undefined ? "" : ` (did you mean ${prefix}${name}?)`;
}

/**
 * Insertions, deletions and replacements that turn one text into the other; at least `limit` as soon as that is sure.
 * Source: Wagner and Fischer, 1974, with one row.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = i - 1;
    let least = i;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min(replaced, above + 1, (row[j - 1] ?? 0) + 1);
      diagonal = above;
      row[j] = distance;
      least = Math.min(least, distance);
    }
    if (least >= limit) return limit;
  }
  return row[b.length] ?? limit;
}
